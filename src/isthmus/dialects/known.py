"""Every dialect that isthmus speaks, by its id, and every wire form: embeddings, reranking, those of single vendors."""

from __future__ import annotations

from isthmus.dialects import (
    anthropic,
    bedrock,
    cohere,
    dashscope,
    gemini,
    hunyuan,
    ollama,
    openai_chat,
    openai_responses,
)
from isthmus.dialects.dialect import Dialect, Upstream, Wire
from isthmus.dialects.embeddings import EMBEDDINGS
from isthmus.dialects.rerank import RERANKS
from isthmus.dialects.upstream import AskedForm, Own

DIALECTS: dict[str, Dialect] = {
    row.id: row for row in (openai_chat.DIALECT, openai_responses.DIALECT, anthropic.DIALECT, gemini.DIALECT)
}
WIRES: dict[str, Wire] = {**DIALECTS, **EMBEDDINGS, **RERANKS}
# the wire forms of single vendors, in which no client is answered
OWN: dict[str, Own] = {
    row.id: row
    for row in (
        cohere.UPSTREAM,
        ollama.UPSTREAM,
        dashscope.UPSTREAM,
        dashscope.MULTIMODAL,
        hunyuan.UPSTREAM,
        bedrock.UPSTREAM,
    )
}
# what conversations are translated to, and all that a deployment can be asked in
UPSTREAMS: dict[str, Upstream] = {**DIALECTS, **OWN}
FORMS: dict[str, AskedForm] = {**WIRES, **OWN}
