"""State of other dialects in a request that now goes to a deployment of this one: it is left out, by name."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.opaque import WORD, Seal

Node = dict[str, Any]


def reopen(body: Node, seal: Seal) -> tuple[Node, tuple[str, ...]]:  # noqa: ARG001 - the same form in every dialect
    """The request without what other dialects signed, and the name of that."""
    if not any(_foreign(part) for message in body["messages"] for part in _details(message)):
        return body, ()
    return {**body, "messages": [_plain(message) for message in body["messages"]]}, ("reasoning",)


def _plain(message: Node) -> Node:
    kept = [part for part in _details(message) if not _foreign(part)]
    rest = {name: value for name, value in message.items() if name != "reasoning_details"}
    return {**rest, "reasoning_details": kept} if kept else rest


def _details(message: Node) -> list[Any]:
    details = message.get("reasoning_details")
    return details if isinstance(details, list) else []


def _foreign(part: Any) -> bool:
    tokens = [part.get(name) for name in ("signature", "data")] if isinstance(part, dict) else []
    return any(isinstance(token, str) and token.startswith(WORD) for token in tokens)
