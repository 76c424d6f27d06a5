"""A stream of another dialect on its way to the client: translated first, then as the client's own dialect has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.pairs.event_translator import EventTranslator
from isthmus.errors import IsthmusError
from isthmus.exchange import Usage


class TranslatedStream:
    """A translator and the client's stream as one, with the face of an `EventStream`."""

    def __init__(self, translator: EventTranslator, stream: EventStream) -> None:
        self._translator = translator
        self._stream = stream

    @property
    def usage(self) -> Usage:
        """What the deployment itself reported."""
        return self._translator.usage

    @property
    def finish(self) -> str | None:
        """Why the answer ended, in the client's words."""
        return self._stream.finish

    @property
    def done(self) -> bool:
        """As `EventStream.done`."""
        return self._stream.done

    @property
    def declared(self) -> tuple[str, ...]:
        """What the translation left out, by name."""
        return tuple(sorted(self._translator.declared))

    @property
    def begun(self) -> bool:
        """As `EventStream.begun`."""
        return self._stream.begun

    def attach(self, make: Callable[[], dict[str, Any]]) -> None:
        """As `EventStream.attach`."""
        self._stream.attach(make)

    def feed(self, data: bytes) -> bytes:
        """What the client may have now; raises `BrokenReplyError` once all before the fault was given out."""
        return self._stream.feed(self._translator.feed(data))

    def end(self) -> bytes:
        """The rest after the last byte; raises `BrokenReplyError` where the stream had not finished."""
        return self._stream.feed(self._translator.end()) + self._stream.end()

    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """As `EventStream.abort`."""
        return self._stream.abort(error, call_id=call_id, lang=lang)

    def stop(self, ledger_id: str) -> bytes:
        """As `EventStream.stop`."""
        return self._stream.stop(ledger_id)
