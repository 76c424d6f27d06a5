"""The wire forms of embeddings, both ends, sans-IO: what goes in is text like any other, what comes out is numbers."""

from __future__ import annotations

from isthmus.dialects.dialect import Wire
from isthmus.dialects.embeddings import gemini, openai

EMBEDDINGS: dict[str, Wire] = {row.id: row for row in (openai.WIRE, gemini.ONE, gemini.MANY)}
# beside the main call of a dialect: the end of its path, and what stands there for each of these forms
BESIDE: dict[str, dict[str, tuple[str, str]]] = {
    "openai_chat": {openai.WIRE.id: ("/chat/completions", "/embeddings")},
    "gemini": {
        gemini.ONE.id: (":generateContent", ":embedContent"),
        gemini.MANY.id: (":generateContent", ":batchEmbedContents"),
    },
}

__all__ = ["BESIDE", "EMBEDDINGS"]
