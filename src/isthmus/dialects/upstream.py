"""What is needed of a wire form to ask a deployment in it, whether or not clients are answered in it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from isthmus.dialects.answer import Answer
from isthmus.dialects.conversation.ask import Ask
from isthmus.dialects.conversation.said import Said
from isthmus.dialects.conversation.streams import Reader
from isthmus.dialects.sse import SseEvent, SseParser


class Frames(Protocol):
    """Bytes that may be cut anywhere in, events out, whatever frames them."""

    def feed(self, data: bytes) -> list[SseEvent]:
        """The events that `data` completed; raises `BrokenReplyError`."""
        ...

    def close(self) -> list[SseEvent]:
        """The event that the end of the bytes left open, if any."""
        ...


def _same(url: str, model: str, stream: bool) -> str:  # noqa: ARG001, FBT001 - the form of `address`
    return url


class AskedForm(msgspec.Struct, frozen=True, kw_only=True):
    """A wire form, seen from whoever asks in it; the functions are those of its package, where their docstrings are.

    `address` gives the address of a call from that of the deployment, for forms that name model and manner there.
    `key_header` carries the key where the form does not take it as a bearer. `headers` are sent to every deployment
    that is asked in this form, unless its provider states others; `stream_headers` besides, where a stream is asked
    for. `frames` reads the events of a stream.
    """

    id: str
    title: str
    write_request: Callable[..., bytes]
    read_answer: Callable[[bytes], Answer]
    address: Callable[[str, str, bool], str] = _same
    key_header: str = ""
    headers: dict[str, str] = {}
    stream_headers: dict[str, str] = {}
    frames: Callable[[], Frames] = SseParser


class Own(AskedForm, frozen=True, kw_only=True):
    """A vendor's own form, in which no client is answered: its way to and from the middle (`conversation/`).

    `can` are the features that its requests express, `bounded` says that they must bound the answer.
    """

    write_ask: Callable[[Ask], dict[str, Any]]
    read_said: Callable[[dict[str, Any]], Said]
    reader: Callable[[], Reader]
    can: frozenset[str]
    bounded: bool = False
