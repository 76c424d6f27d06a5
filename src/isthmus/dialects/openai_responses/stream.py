"""A Responses stream on its way to the client: texts through filters, everything else as it came.

Where a filter held text back, a delta of our own brings it before the text is done; the numbers of all events after it
move on. What repeats a text (its `done`, its part, its item, the response) says what the deltas said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.filters import Filters
from isthmus.dialects.openai_responses.answer import change_echo, finish_of
from isthmus.dialects.openai_responses.faults import error_event
from isthmus.dialects.openai_responses.fields import FIELDS
from isthmus.dialects.openai_responses.texts import (
    ARGUMENTS,
    CONTENT,
    GROWING,
    PART_TEXTS,
    Growing,
    change_item,
    change_part,
)
from isthmus.dialects.openai_responses.usage import read_usage
from isthmus.dialects.sse import SseEvent
from isthmus.dialects.texts import Tail, change_member
from isthmus.errors import BrokenReplyError, IsthmusError

Node = dict[str, Any]
FINAL = frozenset({"response.completed", "response.incomplete"})
_PROTOCOL = """
    type sequence_number output_index content_index summary_index item_id delta part item response obfuscation logprobs
    annotation annotation_index text arguments refusal input code
"""
EVENT_PROTOCOL = frozenset(_PROTOCOL.split())


class Key(NamedTuple):
    """One text of the stream: its item, the kind of text, and its part."""

    item: int
    kind: str
    part: int


class ResponsesStream(EventStream):
    """A stream of output items; what is attached comes with the finished response."""

    __slots__ = ("_came", "_last", "_number", "_open", "_response", "_said", "_shift")

    def __init__(
        self, filters: Filters = (), *, show_usage: bool = True, formatted: bool = False, seal: Seal | None = None
    ) -> None:
        del show_usage  # in this dialect the usage is always shown
        super().__init__(filters, formatted=formatted, seal=seal)
        self._came: dict[Key, str] = {}
        self._said: dict[Key, str] = {}
        self._open: dict[str, Key] = {}
        self._last: dict[Key, Node] = {}
        self._shift = 0
        self._number = 0
        self._response: Node = {}

    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """The end of a stream that failed: what was held back, then the error in the dialect's own form."""
        self._release_all()
        self._done = True
        self._out.append(error_event(error, call_id=call_id, number=self._number, lang=lang))
        return self._take_out()

    def stop(self, ledger_id: str) -> bytes:
        """The end of a stream that may not go on: the response is incomplete, as `content_filter`.

        What was held back is not released.
        """
        response = {"object": "response", "id": "", "created_at": 0, "model": "", "tools": [], "tool_choice": "auto"}
        response |= {"parallel_tool_calls": True, **self._response, "status": "incomplete"}
        response |= {"incomplete_details": {"reason": "content_filter"}, "isthmus": {"ledger_id": ledger_id}}
        node = {"type": "response.incomplete", "response": {"output": [], **response}}
        self._make({**node, "sequence_number": self._number}, "response.incomplete")
        self._done = True
        self.finish = "content_filter"
        return self._take_out()

    def _end(self) -> None:
        raise BrokenReplyError("the stream ended before its finish")

    def _event(self, event: SseEvent, data: str) -> None:
        if data.startswith("[DONE]"):
            return
        node = self._node(data)
        kind = node.get("type")
        if kind in ("error", "response.failed") or event.event == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        if type(kind) is not str:
            raise BrokenReplyError("an event of the stream has no type")
        number = node.get("sequence_number")
        self._number = (number if type(number) is int else self._number) + self._shift
        changed = self._read(kind, node)
        if self._shift and type(number) is int:
            node["sequence_number"], changed = number + self._shift, True
        self._number += 1
        self._pass(event, node, changed=changed)

    def _read(self, kind: str, node: Node) -> bool:
        stem, _, verb = kind.removeprefix("response.").rpartition(".")
        growing = GROWING.get(stem)
        changed = False
        if growing is not None and verb == "delta":
            changed = self._delta(stem, growing, node)
        elif growing is not None and verb == "done":
            changed = self._text_done(stem, growing, node)
        elif kind.startswith("response.output_item."):
            changed = self._item(node, done=verb == "done")
        elif type(part := node.get("part")) is dict:
            changed = self._part(node, part, done=verb == "done")
        elif type(response := node.get("response")) is dict:
            changed = self._whole_response(kind, response)
        if self._chain:
            for name in node.keys() - EVENT_PROTOCOL:
                changed |= change_member(FIELDS, node, name, "0:other:", self._whole)
            if type(note := node.get("annotation")) is dict:
                changed |= change_member(FIELDS, {"annotation": note}, "annotation", "0:other:", self._whole)
        return changed

    def _delta(self, stem: str, growing: Growing, node: Node) -> bool:
        text = node.get("delta")
        if type(text) is not str:
            return False
        self.text_seen += len(text)
        if not self._chain:
            return False
        key = _key(stem, node)
        channel = growing.channel or f"0:tool:{key.item}"
        before = self._open.get(channel)
        if before is not None and before != key:
            self._release(channel)
        self._open[channel] = key
        self._last[key] = node
        new = self._piece(channel, text, escape=growing.escape or (self._formatted and channel == CONTENT))
        self._came[key] = self._came.get(key, "") + text
        self._said[key] = self._said.get(key, "") + new
        node["delta"] = new
        if new != text and node.get("logprobs"):
            node["logprobs"] = []
        return new != text

    def _text_done(self, stem: str, growing: Growing, node: Node) -> bool:
        if not self._chain:
            return False
        key = _key(stem, node)
        channel = growing.channel or f"0:tool:{key.item}"
        if self._open.get(channel) == key:
            self._release(channel)
        text = node.get(growing.member)
        if type(text) is not str or not text:
            return False
        if not self._repeats(key, text):
            escape = growing.escape or (self._formatted and channel == CONTENT)
            self._came[key], self._said[key] = text, self._whole(channel, text, escape=escape)
        node[growing.member] = self._said[key]
        changed = self._said[key] != text
        if changed and node.get("logprobs"):
            node["logprobs"] = []
        return changed

    def _item(self, node: Node, *, done: bool) -> bool:
        item, index = node.get("item"), _index(node, "output_index")
        if type(item) is not dict:
            raise BrokenReplyError("an output item of the stream is no object")
        if not self._chain:
            return False
        if done:
            self._release_all()
            return self._finished(item, index)
        return change_item(item, index, self._whole, formatted=self._formatted)

    def _part(self, node: Node, part: Node, *, done: bool) -> bool:
        if not self._chain:
            return False
        index = _index(node, "output_index")
        place = _key("", node).part
        if done:
            self._release_all()
            return self._finished_part(part, index, place)
        return change_part(part, f"0:other:/{index}/{place}", self._whole, formatted=self._formatted)

    def _whole_response(self, kind: str, response: Node) -> bool:
        self.usage = read_usage(response["usage"]) if response.get("usage") else self.usage
        changed = False
        if self._chain:
            self._release_all()
            changed = change_echo(response, self._whole)
            for index, item in enumerate(response.get("output") or ()):
                changed |= self._finished(item, index)
        self._response = {name: response[name] for name in response if name != "output"}
        if kind in FINAL:
            self.finish = finish_of(response)
            self._done = True
            if self._extra is not None:
                response["isthmus"], self._extra, changed = self._extra(), None, True
        return changed

    def _finished(self, item: Node, index: int) -> bool:
        """A finished item: its texts are what the deltas said; others have not been seen yet."""
        kind = str(item.get("type"))
        said = {}
        for name in [name for _, name in ARGUMENTS if (kind, name) in ARGUMENTS]:
            stem = {"function_call": "function_call_arguments", "mcp_call": "mcp_call_arguments"}.get(kind, "")
            stem = stem or {"custom_tool_call": "custom_tool_call_input"}.get(kind, "code_interpreter_call_code")
            key = Key(index, stem, 0)
            if type(item.get(name)) is str and self._repeats(key, item[name]):
                said[name] = (item.pop(name), self._said[key])
        changed = False
        for member in ("content", "summary"):
            parts = item.get(member)
            if type(parts) is list:
                for place, part in enumerate(parts):
                    changed |= type(part) is dict and self._finished_part(part, index, place)
        held = {name: item.pop(name) for name in ("content", "summary") if type(item.get(name)) is list}
        changed |= change_item(item, index, self._whole, formatted=self._formatted)
        item.update(held)
        for name, (before, after) in said.items():
            item[name] = after
            changed |= before != after
        return changed

    def _repeats(self, key: Key, text: str) -> bool:
        """Whether a text is what its deltas were; a vendor may send none, or say something else in the end."""
        return self._came.get(key) == text

    def _finished_part(self, part: Node, index: int, place: int) -> bool:
        kind = str(part.get("type"))
        stem = "reasoning_summary_text" if kind == "summary_text" else kind
        key = Key(index, stem, place)
        name = PART_TEXTS.get(kind, ("", ""))[0]
        text = part.get(name)
        if type(text) is not str or not self._repeats(key, text):
            return change_part(part, f"0:other:/{index}/{place}", self._whole, formatted=self._formatted)
        part[name] = ""
        changed = change_part(part, f"0:other:/{index}/{place}", self._whole, formatted=self._formatted)
        part[name] = self._said[key]
        if part[name] != text:
            changed = True
            if part.get("logprobs"):
                part["logprobs"] = []
        return changed

    def _whole(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG002 - the form of `Take`
        return self._complete(channel, text, escape=escape) if self._chain else text

    def _release(self, channel: str) -> None:
        """A delta with what a text still holds back."""
        key = self._open.pop(channel)
        rest = self._rest(channel)
        if not rest:
            return
        self._said[key] += rest
        node = {**self._last[key], "delta": rest, "sequence_number": self._number}
        if "logprobs" in node:
            node["logprobs"] = []
        node.pop("obfuscation", None)
        self._make(node, str(node["type"]))
        self._number += 1
        self._shift += 1

    def _release_all(self) -> None:
        for channel in list(self._open):
            self._release(channel)


def _key(stem: str, node: Node) -> Key:
    part = node.get("content_index", node.get("summary_index", 0))
    return Key(_index(node, "output_index"), stem, part if type(part) is int else 0)


def _index(node: Node, name: str) -> int:
    index = node.get(name, 0)
    if type(index) is not int:
        raise BrokenReplyError("an event of the stream has no place")
    return index
