"""What a deployment answers in Chat Completions, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects.conversation.ask import Block, Refusal, Text, Thought, ToolCall
from isthmus.dialects.conversation.opaque import Opaque
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
from isthmus.dialects.openai_chat.ask_in import BESIDE, ME, read_calls, read_detail
from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tools",
    "function_call": "tools",
    "content_filter": "filter",
}


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    lost: list[str] = []
    choices = [_spoken(choice, lost) for choice in body["choices"]]
    usage = find_usage(body)
    return Said(
        id=body.get("id") or "",
        model=body.get("model") or "",
        choices=choices,
        usage=read_usage(usage) if usage else Usage(),
        lost=lost,
    )


def _spoken(choice: Node, lost: list[str]) -> Spoken:
    message = choice["message"]
    details = message.get("reasoning_details")
    blocks: list[Block] = []
    if isinstance(details, list) and details:
        blocks += [read_detail(part) for part in details]
    for kind, text in said_texts(message, thoughts=not blocks):
        if kind == "thought":
            blocks.append(Thought(text=text, opaque=Opaque(source=ME, data="")))
        else:
            blocks.append(Text(text=text) if kind == "text" else Refusal(text=text))
    _cite(message.get("annotations"), blocks, lost)
    for call in message.get("tool_calls") or ():
        blocks += read_calls(call)
    legacy = message.get("function_call")
    if isinstance(legacy, dict):
        blocks.append(ToolCall(id="", name=legacy.get("name", ""), arguments=legacy.get("arguments")))
    lost += ["audio"] if message.get("audio") else []
    lost += ["logprobs"] if choice.get("logprobs") else []
    finish: Finish = FINISHES.get(choice.get("finish_reason") or "", "stop")
    if any(type(block) is Refusal for block in blocks):
        finish = "refusal"
    return Spoken(blocks=blocks, finish=finish)


def _cite(annotations: Any, blocks: list[Block], lost: list[str]) -> None:
    """Annotations are of the text as a whole."""
    found = [citation for row in annotations or () if (citation := read_citation(row)) is not None]
    text = next((block for block in blocks if type(block) is Text), None)
    if text is not None and found:
        text.citations = tuple(found)
    elif annotations:
        lost.append("annotations")


def read_citation(row: Any) -> Citation | None:
    """A citation of a page; None for any other annotation."""
    found = row.get("url_citation") if isinstance(row, dict) else None
    if not isinstance(found, dict) or not found.get("url"):
        return None
    start, end = found.get("start_index", -1), found.get("end_index", -1)
    return Citation(url=found["url"], title=found.get("title") or "", start=start, end=end)


def said_texts(message: Node, *, thoughts: bool = True) -> list[tuple[Kind, str]]:
    """What a message or delta says, as (kind, text), in order; the same reasoning in two fields is said once."""
    found: list[tuple[Kind, Any]] = []
    if thoughts:
        found.append(("thought", message.get("reasoning_content") or message.get("reasoning")))
    content = message.get("content")
    for part in content if isinstance(content, list) else [content]:
        if not isinstance(part, dict):
            found.append(("text", part))
        elif isinstance(part.get("thinking"), list):
            found += [("thought", thought.get("text")) for thought in part["thinking"]]
        else:
            found.append(("text", part.get("text")))
    found.append(("refusal", message.get("refusal")))
    return [(kind, text) for kind, text in found if isinstance(text, str) and text]


class ChatReader(Reader):
    """Reads a Chat stream: a block is what follows in one field, a tool call by its index."""

    def __init__(self) -> None:
        super().__init__()
        self._started = False
        self._blocks: dict[int, int] = {}
        self._open: dict[int, tuple[Kind, int]] = {}
        self._calls: dict[tuple[int, int], int] = {}
        self._ended: dict[int, Finish | None] = {}

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What a chunk says."""
        if node.get("error") or name == "error" or node.get("object") == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        usage = find_usage(node)
        if usage:
            yield Used(read_usage(usage))
        for place, choice in enumerate(node.get("choices") or ()):
            if not self._started:
                self._started = True
                yield Start(node.get("id") or "", node.get("model") or "")
            number = choice.get("index", place)
            self._ended.setdefault(number, None)
            yield from self._delta(number, choice.get("delta") or choice.get("message") or {})
            if choice.get("logprobs"):
                self.lost.add("logprobs")
            if choice.get("finish_reason"):
                self._ended[number] = self._ended[number] or FINISHES.get(choice["finish_reason"], "stop")

    def end(self) -> Iterator[Event]:
        """The rest: blocks close, choices end."""
        if not self._ended or None in self._ended.values():
            raise unfinished()
        for number, finish in self._ended.items():
            yield from self._stop(number)
            for (choice, _), block in self._calls.items():
                if choice == number:
                    yield Close(block, number)
            yield Ended(finish or "stop", choice=number)
        yield Over()
        self.over = True

    def _delta(self, choice: int, delta: Node) -> Iterator[Event]:
        details = delta.get("reasoning_details")
        if isinstance(details, list) and details:
            for part in details:
                yield from self._detail(choice, part)
        for kind, text in said_texts(delta, thoughts=not details):
            yield from self._grow(choice, kind, text)
            if kind == "refusal":
                self._ended[choice] = "refusal"
        for row in delta.get("annotations") or ():
            citation = read_citation(row)
            if citation is not None and choice in self._open and self._open[choice][0] == "text":
                yield Cite(self._open[choice][1], citation, choice)
            else:
                self.lost.add("annotations")
        for place, call in enumerate(delta.get("tool_calls") or ()):
            yield from self._call(choice, call, call.get("index", place))
        if isinstance(legacy := delta.get("function_call"), dict):
            yield from self._call(choice, {"function": legacy}, 0)
        if delta.get("audio"):
            self.lost.add("audio")

    def _detail(self, choice: int, part: Node) -> Iterator[Event]:
        thought = read_detail(part)
        assert isinstance(thought, Thought)
        if thought.text:
            yield from self._grow(choice, "thought", thought.text)
        if thought.opaque is None or not thought.opaque.data:
            return
        if part.get("type") == "reasoning.encrypted":
            yield from self._hidden(choice, thought.opaque)
        elif choice in self._open and self._open[choice][0] == "thought":
            yield Sign(self._open[choice][1], thought.opaque, choice)

    def _hidden(self, choice: int, opaque: Opaque) -> Iterator[Event]:
        yield from self._stop(choice)
        block = self._next(choice)
        yield Open(block, "hidden", opaque=opaque, choice=choice)
        yield Close(block, choice)

    def _grow(self, choice: int, kind: Kind, text: str) -> Iterator[Event]:
        if choice not in self._open or self._open[choice][0] != kind:
            yield from self._stop(choice)
            block = self._next(choice)
            self._open[choice] = (kind, block)
            opaque = Opaque(source=ME, data="") if kind == "thought" else None
            yield Open(block, kind, opaque=opaque, choice=choice)
        yield Grow(self._open[choice][1], text, choice)

    def _call(self, choice: int, call: Node, number: int) -> Iterator[Event]:
        said = call.get("function") or call.get("custom") or {}
        key = (choice, number)
        if key not in self._calls:
            yield from self._stop(choice)
            for block in read_calls(call):
                if isinstance(block, Thought) and block.opaque is not None and block.opaque.id == BESIDE:
                    yield from self._hidden(choice, block.opaque)
            self._calls[key] = self._next(choice)
            kind: Kind = "custom" if call.get("custom") else "tool"
            ident, name = call.get("id") or "", said.get("name") or ""
            yield Open(self._calls[key], kind, id=ident, name=name, choice=choice)
        if text := said.get("arguments") or said.get("input"):
            yield Grow(self._calls[key], text, choice)

    def _next(self, choice: int) -> int:
        block = self._blocks.get(choice, 0)
        self._blocks[choice] = block + 1
        return block

    def _stop(self, choice: int) -> Iterator[Event]:
        opened = self._open.pop(choice, None)
        if opened is not None:
            yield Close(opened[1], choice)
