"""Translation between two dialects: `PAIRS` says which there are; all of it works on decoded bodies."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.pairs import chat_answer, chat_to_messages, messages_answer, messages_to_chat
from isthmus.dialects.pairs.event_translator import EventTranslator
from isthmus.dialects.pairs.lists import CHAT_TO_MESSAGES, MESSAGES_TO_CHAT, Pair, refused
from isthmus.errors import BrokenReplyError

__all__ = ["PAIRS", "EventTranslator", "Pair", "translate_answer", "translate_request", "translate_stream"]

Node = dict[str, Any]
PAIRS: dict[tuple[str, str], Pair] = {
    (pair.client, pair.upstream): pair for pair in (CHAT_TO_MESSAGES, MESSAGES_TO_CHAT)
}
# what a body of another form than its dialect's runs into, after the reader has checked its outlines
FORM_ERRORS = (AttributeError, KeyError, TypeError, IndexError)


def translate_request(pair: Pair, body: Node, *, max_tokens: int) -> tuple[Node, tuple[str, ...]]:
    """The request for the deployment, and the names of what is left out, for `x-isthmus-not-carried`.

    `max_tokens` bounds the answer where the client did not and the deployment must be told. Raises `MalformedError`
    where something cannot be carried.
    """
    try:
        if pair is CHAT_TO_MESSAGES:
            return chat_to_messages.translate_request(body, max_tokens=max_tokens)
        return messages_to_chat.translate_request(body)
    except FORM_ERRORS:
        raise refused("", "send the request in the form of its dialect") from None


def translate_answer(pair: Pair, body: Node, *, created: int) -> tuple[Node, tuple[str, ...]]:
    """The deployment's answer for the client, and the names of what is left out; `created`: Unix time in seconds.

    Raises `BrokenReplyError`.
    """
    try:
        if pair is CHAT_TO_MESSAGES:
            return messages_answer.translate_answer(body, created=created)
        return chat_answer.translate_answer(body)
    except FORM_ERRORS:
        raise BrokenReplyError("the answer has not the form of its dialect") from None


def translate_stream(pair: Pair, *, created: int) -> EventTranslator:
    """What turns the deployment's stream into the client's, before any filter."""
    if pair is CHAT_TO_MESSAGES:
        return messages_answer.MessagesToChat(created=created)
    return chat_answer.ChatToMessages()
