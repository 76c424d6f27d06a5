"""Translation between two dialects: `PAIRS` says which there are; all of it works on decoded bodies."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.ask import Ask, Thought
from isthmus.dialects.conversation.fitting import Fit, refused
from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.conversation.said import Said
from isthmus.dialects.conversation.unread import unread
from isthmus.dialects.known import DIALECTS, OWN
from isthmus.dialects.pairs.event_translator import FORM_ERRORS, EventTranslator
from isthmus.dialects.pairs.lists import Pair, pair_of
from isthmus.errors import BrokenReplyError

__all__ = ["OWN_PAIRS", "PAIRS", "EventTranslator", "Pair", "translate_answer", "translate_request", "translate_stream"]

Node = dict[str, Any]
PAIRS: dict[tuple[str, str], Pair] = {
    (client.id, upstream.id): pair_of(client, upstream)
    for client in DIALECTS.values()
    for upstream in DIALECTS.values()
    if client is not upstream
}
# from each dialect of a client to each wire form that only deployments are asked in
OWN_PAIRS: dict[tuple[str, str], Pair] = {
    (client.id, upstream.id): pair_of(client, upstream) for client in DIALECTS.values() for upstream in OWN.values()
}
# what a model must know about thinking to be asked for
THINKING = frozenset({"effort", "thinking_budget", "thinking_shown"})


def translate_request(
    pair: Pair,
    body: Node,
    *,
    max_tokens: int,
    reasons: bool = True,
    stream: bool | None = None,
    seal: Seal | None = None,
) -> tuple[Node, tuple[str, ...]]:
    """The request for the deployment, and the names of what is left out, for `x-isthmus-not-carried`.

    `max_tokens` bounds the answer where the client did not and the deployment must be told; `reasons`: the model is
    known to think, so that it may be asked how much; `stream` where the body itself does not say it; `seal` opens what
    was sealed in an answer.
    Raises `MalformedError` where something cannot be carried.
    """
    try:
        ask = pair.client.read_ask(body)
        ask.lost += unread(body, pair.client.shapes, pair.client.known)
        ask.stream, ask.reasons = ask.stream if stream is None else stream, reasons
        if seal is not None:
            _reopen(ask, seal)
        lost = Fit(ask, pair.upstream.id, pair.upstream.can if reasons else pair.upstream.can - THINKING).run()
        if pair.upstream.bounded and "max_tokens" not in ask.settings:
            ask.settings["max_tokens"] = max_tokens
            lost = ("max_tokens (set)", *lost)
        return pair.upstream.write_ask(ask), lost
    except FORM_ERRORS:
        raise refused("", "", "send the request in the form of its dialect") from None


def _reopen(ask: Ask, seal: Seal) -> None:
    """Sealed thoughts get their own text back; one that another deployment issued is nobody's any more."""
    for turn in ask.turns:
        for block in turn.blocks:
            if isinstance(block, Thought) and block.opaque is not None and block.opaque.proof:
                block.text, block.opaque = block.opaque.text, seal.open(block.opaque)


def _close(said: Said, seal: Seal) -> None:
    """What is signed travels with its text."""
    for spoken in said.choices:
        for block in spoken.blocks:
            if isinstance(block, Thought) and block.text and block.opaque is not None and block.opaque.data:
                block.opaque = seal.close(block.opaque, block.text)


def translate_answer(
    pair: Pair, body: Node, *, created: int, seal: Seal | None = None, asked: Node | None = None
) -> tuple[Node, tuple[str, ...]]:
    """The deployment's answer for the client, and the names of what is left out; `created`: Unix time in seconds.

    `asked` is the client's request, for dialects whose answers repeat some of it. Raises `BrokenReplyError`.
    """
    try:
        said = pair.upstream.read_said(body)
        if seal is not None:
            _close(said, seal)
        made = pair.client.write_said(said, created=created) | pair.client.repeat(asked or {})
    except FORM_ERRORS:
        raise BrokenReplyError("the answer has not the form of its dialect") from None
    return made, tuple(dict.fromkeys(said.lost))


def translate_stream(
    pair: Pair, *, created: int, seal: Seal | None = None, asked: Node | None = None
) -> EventTranslator:
    """What turns the deployment's stream into the client's, before any filter; `asked` as for a whole answer."""
    writer = pair.client.writer(created=created)
    writer.repeated = pair.client.repeat(asked or {})
    return EventTranslator(pair.upstream.reader(), writer, seal, frames=pair.upstream.frames())
