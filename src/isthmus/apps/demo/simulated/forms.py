"""Answers in the wire forms beside Chat, by the path that was asked."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from isthmus.apps.demo.simulated import chunks, gemini, messages, responses
from isthmus.apps.demo.simulated.answers import answer, identifiers
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.embeddings import embedded
from isthmus.apps.demo.simulated.form import Form, Turn, sse
from isthmus.apps.demo.simulated.signing import thought_of


class Said(NamedTuple):
    """What to send: a whole body with its status, or the pieces of a stream."""

    status: int
    data: bytes = b""
    pieces: tuple[bytes, ...] = ()


def said(path: str, row: Simulated, number: int, data: bytes, body: dict[str, Any]) -> Said | None:
    """The answer to a request in one of these forms; None where the path asks for Chat."""
    path = path.partition("?")[0]
    form, stream = form_of(path), body.get("stream") is True or path.endswith(":streamGenerateContent")
    if form is None:
        vectors = embedded(path, body)
        return Said(200, _encoded(row, vectors)) if vectors is not None else None
    if wrong := form.check(body):
        return Said(400, _encoded(row, form.error(400, wrong)))
    asked = form.chat(body)
    text = "\n".join(message["content"] for message in asked["messages"] if message["role"] != "system")
    thought = thought_of(identifiers(text)) if form.thinks(body) else ""
    turn = Turn(row, number, answer(asked, row.manner, ascii_json=row.ascii_json), thought, len(data), body)
    if not stream:
        return Said(200, _encoded(row, form.whole(turn)))
    events = (sse(row, name, node) for name, node in form.events(turn))
    return Said(200, pieces=tuple(chunks.written(events, row.write)))


def form_of(path: str) -> Form | None:
    """The form that a path asks for; None: Chat."""
    if path.endswith("/messages"):
        return messages.FORM
    if path.endswith("/responses"):
        return responses.FORM
    return gemini.FORM if path.endswith((":generateContent", ":streamGenerateContent")) else None


def _encoded(row: Simulated, node: dict[str, Any]) -> bytes:
    return json.dumps(node, ensure_ascii=row.ascii_json).encode()
