"""Signed thinking on its way to a client that sees it restored, and back to the deployment that signed it."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.opaque import WORD, Opaque, Seal, unwrap, wrap

Node = dict[str, Any]
ME = "anthropic"
LOST = ("reasoning",)


def sealed(seal: Seal, signature: str, text: str) -> str:
    """The signature for the client: with the text that it signs, under the seal."""
    return wrap(seal.close(Opaque(source=ME, data=signature), text))


def seal_answer(issued: Node, body: Node, seal: Seal) -> Node:
    """The answer `body` with every signature sealed; `issued` is what the deployment said."""
    content = []
    for said, block in zip(issued["content"], body["content"], strict=True):
        signature = said.get("signature")
        if said.get("type") == "thinking" and signature:
            content.append({**block, "signature": sealed(seal, signature, said.get("thinking") or "")})
        else:
            content.append(block)
    return {**body, "content": content}


def reopen(body: Node, seal: Seal) -> tuple[Node, tuple[str, ...]]:
    """The request with every sealed thought as it was issued; one of another deployment is left out, by name."""
    messages, lost = [], False
    for message in body["messages"]:
        content = message.get("content")
        if message.get("role") != "assistant" or not isinstance(content, list):
            messages.append(message)
            continue
        kept = [opened for block in content if (opened := _reopened(block, seal)) is not None]
        lost = lost or len(kept) < len(content)
        if kept:
            messages.append({**message, "content": kept})
    return {**body, "messages": messages}, LOST if lost else ()


def _reopened(block: Node, seal: Seal) -> Node | None:
    kind = block.get("type")
    token = block.get("signature" if kind == "thinking" else "data")
    if kind not in ("thinking", "redacted_thinking") or not isinstance(token, str) or not token.startswith(WORD):
        return block
    opaque = unwrap(token, source=ME)
    if opaque.source != ME or seal.open(opaque) is None:
        return None
    return {**block, "thinking": opaque.text, "signature": opaque.data}
