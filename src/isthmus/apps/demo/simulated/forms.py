"""Answers in the wire forms beside Chat, by the path that was asked."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from isthmus.apps.demo.simulated import (
    chunks,
    cohere,
    converse,
    dashscope,
    gemini,
    hunyuan,
    messages,
    ollama,
    responses,
)
from isthmus.apps.demo.simulated.answers import answer, identifiers
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.embeddings import embedded
from isthmus.apps.demo.simulated.form import Form, Turn
from isthmus.apps.demo.simulated.received import Received
from isthmus.apps.demo.simulated.reranking import reranked
from isthmus.apps.demo.simulated.signing import thought_of

# the form that a path asks for, by its end
FORMS: tuple[tuple[str, Form], ...] = (
    ("/messages", messages.FORM),
    ("/responses", responses.FORM),
    (":generateContent", gemini.FORM),
    (":streamGenerateContent", gemini.FORM),
    ("/v2/chat", cohere.FORM),
    ("/api/chat", ollama.FORM),
    ("/text-generation/generation", dashscope.FORM),
    ("/multimodal-generation/generation", dashscope.MULTIMODAL),
    ("/converse", converse.FORM),
    ("/converse-stream", converse.FORM),
    ("/", hunyuan.FORM),
)
# paths that ask for a stream by themselves
STREAMS = (":streamGenerateContent", "/converse-stream")


class Said(NamedTuple):
    """What to send: a whole body with its status, or the pieces of a stream with its type."""

    status: int
    data: bytes = b""
    pieces: tuple[bytes, ...] = ()
    media: bytes = b""


def said(received: Received, row: Simulated, body: dict[str, Any]) -> Said | None:
    """The answer to a request in one of these forms; None where the path asks for Chat."""
    form = form_of(received.path)
    if form is None:
        path = received.path.partition("?")[0]
        vectors = embedded(path, body) or reranked(path, body)
        return Said(200, _encoded(row, vectors)) if vectors is not None else None
    if wrong := form.check(body):
        return Said(form.refusal, _encoded(row, form.error(400, wrong)))
    asked = form.chat(body)
    text = "\n".join(message["content"] for message in asked["messages"] if message["role"] != "system")
    thought = thought_of(identifiers(text)) if form.thinks(body) else ""
    spoken = answer(asked, row.manner, ascii_json=row.ascii_json)
    turn = Turn(row, received.number, spoken, thought, len(received.body), body)
    if not _streams(received, body):
        return Said(200, _encoded(row, form.whole(turn)))
    events = (form.frame(row, name, node) for name, node in form.events(turn))
    return Said(200, pieces=tuple(chunks.written(events, row.write)), media=form.media)


def form_of(path: str) -> Form | None:
    """The form that a path asks for; None: Chat."""
    path = path.partition("?")[0]
    return next((form for end, form in FORMS if path.endswith(end)), None)


def _streams(received: Received, body: dict[str, Any]) -> bool:
    """A stream is asked for in the body, in the path or in a header."""
    asked = body.get("stream") is True or body.get("Stream") is True
    path = received.path.partition("?")[0]
    return asked or path.endswith(STREAMS) or received.headers.get("x-dashscope-sse") == "enable"


def _encoded(row: Simulated, node: dict[str, Any]) -> bytes:
    return json.dumps(node, ensure_ascii=row.ascii_json).encode()
