"""Every dialect that isthmus speaks, by its id, and every wire form: dialects and those of embeddings."""

from __future__ import annotations

from isthmus.dialects import anthropic, gemini, openai_chat, openai_responses
from isthmus.dialects.dialect import Dialect, Wire
from isthmus.dialects.embeddings import EMBEDDINGS

DIALECTS: dict[str, Dialect] = {
    row.id: row for row in (openai_chat.DIALECT, openai_responses.DIALECT, anthropic.DIALECT, gemini.DIALECT)
}
WIRES: dict[str, Wire] = {**DIALECTS, **EMBEDDINGS}
