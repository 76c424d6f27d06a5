"""Every dialect that isthmus speaks, by its id."""

from __future__ import annotations

from isthmus.dialects import anthropic, gemini, openai_chat, openai_responses
from isthmus.dialects.dialect import Dialect

DIALECTS: dict[str, Dialect] = {
    row.id: row for row in (openai_chat.DIALECT, openai_responses.DIALECT, anthropic.DIALECT, gemini.DIALECT)
}
