"""State of other dialects in a request that now goes to a deployment of this one: it is left out, by name."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.opaque import WORD, Seal

Node = dict[str, Any]


def reopen(body: Node, seal: Seal) -> tuple[Node, tuple[str, ...]]:  # noqa: ARG001 - the same form in every dialect
    """The request without what other dialects signed, and the name of that."""
    items = body.get("input")
    if not isinstance(items, list):
        return body, ()
    kept = [item for item in items if not _foreign(item)]
    return ({**body, "input": kept}, ("reasoning",)) if len(kept) < len(items) else (body, ())


def _foreign(item: Node) -> bool:
    token = item.get("encrypted_content") if item.get("type") == "reasoning" else None
    return isinstance(token, str) and token.startswith(WORD)
