"""A translated stream: events of one dialect in, events of another out; filters come after it."""

from __future__ import annotations

from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.conversation.said import Event, Grow, Open, Sign, Used
from isthmus.dialects.conversation.streams import Reader, Writer
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.rejections import is_error
from isthmus.dialects.sse import SseEvent, SseParser
from isthmus.dialects.upstream import Frames
from isthmus.dialects.whole import LONGEST, rejected
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

KEEP_ALIVE = b":\n\n"
# what an event of another form than its dialect's runs into
FORM_ERRORS = (AttributeError, KeyError, TypeError, IndexError)


class EventTranslator:
    """Bytes of a deployment in, the same answer in the client's dialect out; `declared` names what was left out.

    `usage` is what the deployment reported; with a `seal` a signature travels with the text that it signs.
    """

    def __init__(
        self, reader: Reader, writer: Writer, seal: Seal | None = None, *, frames: Frames | None = None
    ) -> None:
        self._parser = frames if frames is not None else SseParser()
        self._reader = reader
        self._writer = writer
        self._seal = seal
        self._thoughts: dict[tuple[int, int], str] = {}
        self._failure: BrokenReplyError | None = None
        self._bare = b""  # what came while there was no event: an error may come as a whole body
        self._events = 0
        self.usage = Usage()

    @property
    def declared(self) -> set[str]:
        """What was left out, by name."""
        return self._reader.lost | self._writer.lost

    def feed(self, data: bytes) -> bytes:
        """What these bytes say; raises `BrokenReplyError` once all before the fault was given out."""
        if self._failure is not None:
            raise self._failure
        if not self._events and len(self._bare) < LONGEST:
            self._bare += data
        try:
            for event in self._parser.feed(data):
                self._take(event)
        except BrokenReplyError as error:
            self._failure = error
            if not (out := self._writer.take()):
                raise
            return out
        return self._writer.take()

    def end(self) -> bytes:
        """The rest after the last byte; raises `UpstreamError` where the stream had not finished or was an error."""
        if self._failure is not None:
            raise self._failure
        if not self._events and is_error(self._bare):
            raise rejected(self._bare)
        for event in self._parser.close():
            self._take(event)
        if not self._reader.over:
            self._end()
        return self._writer.take()

    def _end(self) -> None:
        for said in self._reader.end():
            self._writer.write(said)

    def _sealed(self, said: Event) -> Event:
        """The event; a signature under the seal, with the text that it signs."""
        kind = type(said)
        if kind is Open:
            if said.kind == "thought":  # type: ignore[union-attr] # its type was just compared
                self._thoughts[said.choice, said.number] = ""  # type: ignore[union-attr] # the same
        elif kind is Grow:
            key = (said.choice, said.number)  # type: ignore[union-attr] # the same
            if key in self._thoughts:
                self._thoughts[key] += said.text  # type: ignore[union-attr] # the same
        elif isinstance(said, Sign) and self._seal is not None:
            text = self._thoughts.pop((said.choice, said.number), "")
            if text and said.opaque.data:
                return Sign(said.number, self._seal.close(said.opaque, text), said.choice)
        return said

    def _take(self, event: SseEvent) -> None:
        if self._reader.over:
            return
        if not event.data:
            if event.raw.lstrip(b"\r\n").startswith(b":"):
                self._writer.comment(KEEP_ALIVE)
            return
        if event.data.startswith("[DONE]"):
            self._end()
            return
        self._events += 1
        try:
            node, _ = decode(event.data)
        except ValueError:
            raise BrokenReplyError("an event of the stream is not JSON") from None
        if type(node) is not dict:
            raise BrokenReplyError("an event of the stream is no JSON object")
        try:
            for said in self._reader.read(event.event, node):
                if type(said) is Used:
                    self.usage = said.usage
                self._writer.write(self._sealed(said) if self._seal is not None else said)
        except FORM_ERRORS:
            raise BrokenReplyError("an event of the stream has not the form of its dialect") from None
