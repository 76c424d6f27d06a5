"""State of other dialects in a request that now goes to a deployment of this one: it is left out, by name."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.opaque import URL_SAFE, WORD, Seal
from isthmus.dialects.gemini.request import member

Node = dict[str, Any]
NAMES = ("thoughtSignature", "thought_signature")


def reopen(body: Node, seal: Seal) -> tuple[Node, tuple[str, ...]]:  # noqa: ARG001 - the same form in every dialect
    """The request without what other dialects signed, and the name of that."""
    if not any(_foreign(part) for content in body["contents"] for part in content.get("parts") or ()):
        return body, ()
    contents = [
        {**content, "parts": [plain for part in content.get("parts") or () if (plain := _plain(part))]}
        for content in body["contents"]
    ]
    return {**body, "contents": contents}, ("reasoning",)


def _foreign(part: Node) -> bool:
    token = member(part, "thoughtSignature")
    return isinstance(token, str) and token.translate(URL_SAFE).startswith(WORD)


def _plain(part: Node) -> Node:
    """The part without a foreign signature; nothing where it was there for that alone."""
    if not _foreign(part):
        return part
    rest = {name: value for name, value in part.items() if name not in NAMES}
    return {} if part.get("thought") is True or rest == {"text": ""} else rest
