"""What a deployment answers in Responses, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects.conversation.ask import Block, Foreign, Refusal, Text, Thought, ToolCall
from isthmus.dialects.conversation.opaque import unwrap
from isthmus.dialects.conversation.said import (
    Citation,
    Cite,
    Close,
    Ended,
    Event,
    Finish,
    Grow,
    Kind,
    Open,
    Over,
    Said,
    Sign,
    Spoken,
    Start,
    Used,
)
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.dialects.openai_responses.answer import check, finish_of
from isthmus.dialects.openai_responses.ask_in import ME, read_item, read_thought
from isthmus.dialects.openai_responses.usage import read_usage
from isthmus.errors import BrokenReplyError

Node = dict[str, Any]
Key = tuple[int, str]
FINISHES: dict[str, Finish] = {"max_output_tokens": "length", "content_filter": "filter"}
# by the event's name without `response.` and `.delta`: the kind of block that grows
GROWING: dict[str, Kind] = {
    "output_text": "text",
    "refusal": "refusal",
    "reasoning_text": "thought",
    "reasoning_summary_text": "thought",
    "function_call_arguments": "tool",
    "custom_tool_call_input": "custom",
}
CALLS: dict[str, tuple[Kind, str]] = {
    "function_call": ("tool", "arguments"),
    "custom_tool_call": ("custom", "input"),
}


def read_said(body: Node) -> Said:
    """A whole answer; raises `BrokenReplyError` where it has no output."""
    check(body)
    lost: list[str] = []
    blocks: list[Block] = []
    for item in body["output"]:
        for block in read_item(item):
            if isinstance(block, Foreign):
                lost.append("output item")
            elif isinstance(block, Text):
                block.citations = tuple(read_citation(row) for row in block.citations)
            blocks.append(block)
    finish: Finish = FINISHES.get(finish_of(body), "stop")
    if finish == "stop" and any(isinstance(block, ToolCall) for block in blocks):
        finish = "tools"
    elif finish == "stop" and any(isinstance(block, Refusal) for block in blocks):
        finish = "refusal"
    return Said(
        id=body.get("id") or "",
        model=body.get("model") or "",
        choices=[Spoken(blocks=[block for block in blocks if not _empty(block)], finish=finish)],
        usage=read_usage(body.get("usage")),
        lost=lost,
    )


def _empty(block: Block) -> bool:
    """Reasoning of which neither text nor state was given."""
    return isinstance(block, Thought) and not block.text and not (block.opaque and block.opaque.data)


def read_citation(row: Any) -> Citation:
    """A citation: of a page by its address, else what only this dialect knows."""
    node = row if isinstance(row, dict) else {}
    start, end = node.get("start_index", -1), node.get("end_index", -1)
    title = node.get("title") or node.get("filename") or ""
    return Citation(url=node.get("url") or "", title=title, start=start, end=end, own=row, source=ME)


class ResponsesReader(Reader):
    """Reads a Responses stream: a block is a part of a message, an item of reasoning, or a call."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[Key, int] = {}
        self._open: set[Key] = set()
        self._grown: set[Key] = set()
        self._part: dict[Key, Any] = {}
        self._items: set[int] = set()
        self._tools = False
        self._refused = False
        self._count = 0

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says."""
        kind = node["type"]
        stem, _, verb = kind.removeprefix("response.").rpartition(".")
        if stem in GROWING:
            yield from self._grow(stem, verb, node)
        elif kind == "response.output_item.added":
            yield from self._added(node["output_index"], node["item"])
        elif kind == "response.output_item.done":
            yield from self._finished(node["output_index"], node["item"])
        elif kind == "response.output_text.annotation.added":
            key = _key(GROWING["output_text"], node)
            if key in self._open:
                yield Cite(self._numbers[key], read_citation(node.get("annotation")))
        elif kind == "response.created":
            yield Start(node["response"].get("id") or "", node["response"].get("model") or "")
        elif kind in ("response.completed", "response.incomplete"):
            yield from self._completed(node["response"])
        elif kind in ("response.failed", "error") or name == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")

    def end(self) -> Iterator[Event]:
        """The stream ends with its own event, or is broken."""
        raise unfinished()

    def _grow(self, stem: str, verb: str, node: Node) -> Iterator[Event]:
        kind = GROWING[stem]
        key = _key(kind, node)
        if verb == "delta" and (text := node["delta"]):
            yield from self._begin(key, kind)
            if kind == "thought":
                part = (stem, node.get("content_index", node.get("summary_index", 0)))
                if self._part.setdefault(key, part) != part:
                    self._part[key] = part
                    text = f"\n\n{text}"
            self._grown.add(key)
            self._refused = self._refused or kind == "refusal"
            yield Grow(self._numbers[key], text)
        elif verb == "done" and kind in ("text", "refusal"):
            if key not in self._grown and (text := node.get("text") or node.get("refusal")):
                yield from self._begin(key, kind)
                self._grown.add(key)
                yield Grow(self._numbers[key], text)
            yield from self._close(key)

    def _added(self, place: int, item: Node) -> Iterator[Event]:
        kind = item.get("type")
        if kind in CALLS:
            yield from self._call(place, item)
        elif kind == "message":
            return
        elif kind != "reasoning":
            self.lost.add("output item")

    def _call(self, place: int, item: Node) -> Iterator[Event]:
        kind = CALLS[item["type"]][0]
        key = (place, kind)
        if key not in self._numbers:
            self._tools = True
            self._numbers[key] = self._next()
            self._open.add(key)
            yield Open(self._numbers[key], kind, item.get("call_id") or "", item.get("name") or "")

    def _finished(self, place: int, item: Node) -> Iterator[Event]:
        """An item is complete: what it says that no delta said, its state, its end."""
        self._items.add(place)
        kind = item.get("type")
        if kind in CALLS:
            block, member = CALLS[kind]
            key: Key = (place, block)
            yield from self._call(place, item)
            if key not in self._grown and item.get(member):
                yield Grow(self._numbers[key], item[member])
            yield from self._close(key)
        elif kind == "reasoning":
            yield from self._thought(place, item)
        elif kind == "message":
            for number, part in enumerate(item.get("content") or ()):
                said: Kind = "refusal" if part.get("type") == "refusal" else "text"
                key = (place, f"{said}:{number}")
                if key not in self._grown and (text := part.get("text") or part.get("refusal")):
                    yield from self._begin(key, said)
                    self._refused = self._refused or said == "refusal"
                    yield Grow(self._numbers[key], text)
                yield from self._close(key)
        else:
            self.lost.add("output item")

    def _thought(self, place: int, item: Node) -> Iterator[Event]:
        thought, key = read_thought(item), (place, "thought:0")
        if key not in self._open and not thought.text and item.get("encrypted_content"):
            token, ident = item["encrypted_content"], item.get("id") or ""
            number = self._next()
            yield Open(number, "hidden", opaque=unwrap(token, source=ME, ident=ident))
            yield Close(number)
            return
        if key not in self._grown and thought.text:
            yield from self._begin(key, "thought")
            yield Grow(self._numbers[key], thought.text)
        if key in self._open:
            if thought.opaque is not None:
                yield Sign(self._numbers[key], thought.opaque)
            yield from self._close(key)

    def _completed(self, response: Node) -> Iterator[Event]:
        for place, item in enumerate(response.get("output") or ()):
            if place not in self._items:
                yield from self._finished(place, item)
        for key in list(self._open):
            yield from self._close(key)
        if response.get("usage"):
            yield Used(read_usage(response["usage"]))
        finish: Finish = FINISHES.get(finish_of(response), "stop")
        if finish == "stop":
            finish = "tools" if self._tools else "refusal" if self._refused else "stop"
        self.over = True
        yield Ended(finish)
        yield Over()

    def _begin(self, key: Key, kind: Kind) -> Iterator[Event]:
        if key not in self._numbers:
            self._numbers[key] = self._next()
            self._open.add(key)
            yield Open(self._numbers[key], kind)

    def _close(self, key: Key) -> Iterator[Event]:
        if key in self._open:
            self._open.remove(key)
            yield Close(self._numbers[key])

    def _next(self) -> int:
        self._count += 1
        return self._count - 1


def _key(kind: Kind, node: Node) -> Key:
    """The block that an event is about; all reasoning of an item is one."""
    place = node["output_index"]
    if kind in ("tool", "custom"):
        return place, kind
    return place, "thought:0" if kind == "thought" else f"{kind}:{node.get('content_index', 0)}"
