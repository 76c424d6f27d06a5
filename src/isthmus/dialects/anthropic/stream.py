"""A Messages stream on its way to the client: texts through filters, everything else as it came."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.anthropic.answer import PROTOCOL
from isthmus.dialects.anthropic.faults import error_event
from isthmus.dialects.anthropic.fields import FIELDS
from isthmus.dialects.anthropic.texts import change_block, change_delta, tail_of
from isthmus.dialects.anthropic.thoughts import sealed
from isthmus.dialects.anthropic.usage import read_usage
from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.filters import Filters
from isthmus.dialects.sse import SseEvent
from isthmus.dialects.texts import Tail, change_member, change_others
from isthmus.errors import BrokenReplyError, IsthmusError

BLOCKS: dict[Any, dict[str, Any]] = {
    "text_delta": {"type": "text", "text": ""},
    "thinking_delta": {"type": "thinking", "thinking": "", "signature": ""},
    "input_json_delta": {"type": "tool_use", "id": "", "name": "", "input": {}},
}
EVENT_PROTOCOL = frozenset({"type", "index", "delta", "usage", "message", "content_block"})


class MessagesStream(EventStream):
    """A stream of content blocks; each is flushed before it stops. What is attached comes with `message_delta`."""

    __slots__ = ("_amounts", "_open", "_ours", "_started", "_stopped", "_tail", "_thoughts")

    def __init__(
        self, filters: Filters = (), *, show_usage: bool = True, formatted: bool = False, seal: Seal | None = None
    ) -> None:
        del show_usage  # in this dialect the usage is always shown
        super().__init__(filters, formatted=formatted, seal=seal)
        self._amounts: dict[str, int] = {}
        self._open: dict[int, list[str]] = {}
        self._tail: dict[int, Tail] = {}
        self._ours: set[int] = set()
        self._started = False
        self._stopped = False
        self._thoughts: dict[int, str] = {}

    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """The end of a stream that failed: what was held back, then the error in the dialect's own form."""
        self._flush_all()
        self._done = True
        self._out.append(error_event(error, call_id=call_id, lang=lang))
        return self._take_out()

    def stop(self, ledger_id: str) -> bytes:
        """The end of a stream that may not go on: open blocks stop, the message ends as `refusal`.

        What was held back is not released.
        """
        if not self._started:
            message = {"id": "", "type": "message", "role": "assistant", "model": "", "content": []}
            ending = {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 0, "output_tokens": 0}}
            self._make({"type": "message_start", "message": {**message, **ending}}, "message_start")
        for index in self._open:
            self._make({"type": "content_block_stop", "index": index}, "content_block_stop")
        if not self._stopped:
            self._make(
                {
                    "type": "message_delta",
                    "delta": {"stop_reason": "refusal", "stop_sequence": None},
                    "usage": {"output_tokens": self._amounts.get("output_tokens", 0)},
                    "isthmus": {"ledger_id": ledger_id},
                },
                "message_delta",
            )
        self._make({"type": "message_stop"}, "message_stop")
        self._done = True
        self.finish = "refusal"
        return self._take_out()

    def _end(self) -> None:
        if not self._stopped:
            raise BrokenReplyError("the stream ended before its finish")
        self._flush_all()
        self._make({"type": "message_stop"}, "message_stop")
        self._done = True

    def _event(self, event: SseEvent, data: str) -> None:
        node = self._node(data)
        kind = node.get("type")
        if kind == "error" or event.event == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        changed = False
        if kind == "content_block_delta":
            changed = self._delta(node)
        elif kind == "content_block_start":
            changed = self._start(node)
        elif kind == "content_block_stop":
            self._ours.discard(_index(node))
            self._flush(_index(node))
        elif kind == "message_start":
            self._message(node)
        elif kind == "message_delta":
            changed = self._ending(node)
        elif kind == "message_stop":
            self._flush_all()
            self._done = True
        if self._chain:
            for name in node.keys() - EVENT_PROTOCOL:
                changed |= change_member(FIELDS, node, name, "0:other:", self._whole)
        self._pass(event, node, changed=changed)

    def _message(self, node: dict[str, Any]) -> None:
        self._started = True
        message = node.get("message")
        if type(message) is dict:
            self._used(message.get("usage"))

    def _used(self, usage: Any) -> None:
        if type(usage) is dict:
            self.usage, self._amounts = read_usage(usage, self._amounts)

    def _start(self, node: dict[str, Any]) -> bool:
        index, block = _index(node), node.get("content_block")
        if type(block) is not dict:
            raise BrokenReplyError("a content block of the stream is no object")
        for other in list(self._open):
            self._release(other)
        self._open[index] = []
        self._tail[index] = tail_of(block.get("type"))
        self._thoughts[index] = block.get("thinking") or ""
        return change_block(block, index, self._taker(index), formatted=self._formatted, tail=self._tail[index])

    def _delta(self, node: dict[str, Any]) -> bool:
        index, delta = _index(node), node.get("delta")
        if type(delta) is not dict:
            raise BrokenReplyError("a delta of the stream is no object")
        if index not in self._open:
            self._begin(index, delta.get("type"))
        kind = delta.get("type")
        if kind == "signature_delta":
            self._release(index)
            if self._seal is not None and delta.get("signature"):
                delta["signature"] = sealed(self._seal, delta["signature"], self._thoughts.get(index, ""))
                return True
        elif kind == "thinking_delta" and self._seal is not None:
            self._thoughts[index] = self._thoughts.get(index, "") + (delta.get("thinking") or "")
        return change_delta(delta, index, self._taker(index), self._tail[index], formatted=self._formatted)

    def _begin(self, index: int, kind: Any) -> None:
        """A vendor did not say where a block starts, but a client must be told."""
        block = BLOCKS.get(kind, BLOCKS["text_delta"])
        self._open[index] = []
        self._tail[index] = tail_of(block["type"])
        self._ours.add(index)
        self._make({"type": "content_block_start", "index": index, "content_block": block}, "content_block_start")

    def _ending(self, node: dict[str, Any]) -> bool:
        self._flush_all()
        self._used(node.get("usage"))
        delta = node.get("delta")
        changed = False
        if type(delta) is dict:
            if type(said := delta.get("stop_reason")) is str:
                self.finish = said
                self._stopped = True
            if self._chain:
                box = {name: value for name, value in delta.items() if name not in PROTOCOL}
                changed = change_others(FIELDS, box, "", "0:other:/delta", self._whole)
                delta.update(box)
        if self._extra is not None:
            node["isthmus"], self._extra, changed = self._extra(), None, True
        return changed

    def _taker(self, index: int) -> Any:
        def take(channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:
            if tail is None or not self._chain:
                return self._whole(channel, text, escape=escape)
            self.text_seen += len(text)
            held = self._open[index]
            if channel not in held:
                held.append(channel)
            return self._piece(channel, text, escape=escape)

        return take

    def _whole(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG002 - the form of `Take`
        self.text_seen += len(text)
        return self._complete(channel, text, escape=escape) if self._chain else text

    def _flush(self, index: int) -> None:
        """Release a block that takes no more."""
        self._release(index)
        self._open.pop(index, None)
        if index in self._ours:
            self._ours.remove(index)
            self._make({"type": "content_block_stop", "index": index}, "content_block_stop")

    def _release(self, index: int) -> None:
        """The deltas with what a block still holds back."""
        channels, self._open[index] = self._open.get(index, []), []
        for channel in channels:
            if rest := self._rest(channel):
                delta = self._tail[index](rest)
                self._make({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")

    def _flush_all(self) -> None:
        for index in list(self._open):
            self._flush(index)


def _index(node: dict[str, Any]) -> int:
    index = node.get("index")
    if type(index) is not int:
        raise BrokenReplyError("a content block of the stream has no index")
    return index
