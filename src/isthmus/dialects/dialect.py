"""What every dialect offers under one name, `DIALECT`, so that nothing above has to know which one it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from isthmus.dialects.attached import FileText
from isthmus.dialects.conversation.ask import Ask
from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.conversation.said import Said
from isthmus.dialects.conversation.streams import Reader, Writer
from isthmus.dialects.conversation.unread import Shapes
from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.request import Request
from isthmus.dialects.upstream import AskedForm, Own
from isthmus.errors import BrokenReplyError


def _unsealed(issued: dict[str, Any], body: dict[str, Any], seal: Seal) -> dict[str, Any]:  # noqa: ARG001 - a form
    return body


def _nothing(body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - the form of `repeat`
    return {}


def _unopened(body: dict[str, Any], seal: Seal) -> tuple[dict[str, Any], tuple[str, ...]]:  # noqa: ARG001 - a form
    return body, ()


def _no_stream(*_: Any, **__: Any) -> EventStream:
    raise BrokenReplyError("this wire form has no stream")


class Wire(AskedForm, frozen=True, kw_only=True):
    """One wire form, both ends: what is needed to ask in it, and to be asked.

    `seal_answer` and `reopen` are for forms whose signatures are of a text that is shown. Without a `stream` of its own
    it answers as a whole only.
    """

    read_request: Callable[..., Request]
    filter_answer: Callable[..., dict[str, Any]]
    error_body: Callable[..., bytes]
    stream: Callable[..., EventStream] = _no_stream
    count_body: Callable[[int], bytes] | None = None
    seal_answer: Callable[[dict[str, Any], dict[str, Any], Seal], dict[str, Any]] = _unsealed
    reopen: Callable[[dict[str, Any], Seal], tuple[dict[str, Any], tuple[str, ...]]] = _unopened


class Dialect(Wire, frozen=True, kw_only=True):
    """A wire form of conversations, with its way to and from the middle that all of them share (`conversation/`).

    `request` maps each field of a request to the feature it asks for, `shapes` say which members of its objects are
    read, `known` are all names of the dialect, `parts` are features that its blocks ask for besides, `can` are those
    that its requests express, `file_text` says how a file becomes text, `bounded` that requests must bound the answer,
    `repeat` gives what of a request its answer repeats.
    """

    models_body: Callable[..., bytes]
    model: Callable[[dict[str, Any]], dict[str, Any]]
    repeat: Callable[[dict[str, Any]], dict[str, Any]] = _nothing
    read_ask: Callable[[dict[str, Any]], Ask]
    write_ask: Callable[[Ask], dict[str, Any]]
    read_said: Callable[[dict[str, Any]], Said]
    write_said: Callable[..., dict[str, Any]]
    reader: Callable[[], Reader]
    writer: Callable[..., Writer]
    request: dict[str, str]
    neutral: dict[str, tuple[Any, ...]]
    parts: frozenset[str]
    shapes: Shapes
    known: frozenset[str]
    can: frozenset[str]
    file_text: FileText
    bounded: bool = False


# what a pair translates to
Upstream: TypeAlias = Own | Dialect
