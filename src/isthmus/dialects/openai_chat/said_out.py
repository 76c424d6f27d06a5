"""What a model said, as Chat Completions: whole, and as a stream."""

from __future__ import annotations

import itertools
from typing import Any

from isthmus.dialects.conversation.ask import Block, Refusal, Text, Thought, ToolCall
from isthmus.dialects.conversation.said import (
    Citation,
    Cite,
    Close,
    Ended,
    Finish,
    Grow,
    Open,
    Over,
    Said,
    Sign,
    Spoken,
    Start,
    Used,
)
from isthmus.dialects.conversation.streams import Writer
from isthmus.dialects.openai_chat.ask_out import beside, beside_of, write_call, write_detail, write_thoughts
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[Finish, str] = {
    "stop": "stop",
    "length": "length",
    "tools": "tool_calls",
    "filter": "content_filter",
    "refusal": "content_filter",
    "pause": "stop",
    "context": "length",
}
DONE = b"data: [DONE]\n\n"


def write_said(said: Said, *, created: int) -> Node:
    """A whole answer; `created` is in seconds of Unix time."""
    made: Node = {"id": said.id, "object": "chat.completion", "created": created, "model": said.model}
    made["choices"] = [_choice(spoken, place, said.lost) for place, spoken in enumerate(said.choices)]
    usage = write_usage(said.usage)
    return {**made, "usage": usage} if usage else made


def _choice(spoken: Spoken, place: int, lost: list[str]) -> Node:
    message = write_message(spoken.blocks, lost)
    finish = FINISHES[spoken.finish]
    if spoken.finish == "refusal" and message.get("refusal"):
        finish = "stop"
    whole = {"role": "assistant", "refusal": None, "annotations": [], **message}
    return {"index": place, "message": whole, "logprobs": None, "finish_reason": finish}


def write_message(blocks: list[Block], lost: list[str]) -> Node:
    """The message of a choice."""
    texts = [block for block in blocks if isinstance(block, Text)]
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    refusals = [block.text for block in blocks if isinstance(block, Refusal)]
    thoughts = [block for block in blocks if isinstance(block, Thought) and not beside_of(block)]
    said = "".join(block.text for block in texts) if texts or not (calls or refusals) else None
    made: Node = {"content": said, "refusal": "".join(refusals)} if refusals else {"content": said}
    made |= write_thoughts(thoughts)
    offset = 0
    for text in texts:
        cited = [note for row in text.citations if (note := write_citation(row, offset, len(text.text))) is not None]
        if len(cited) < len(text.citations):
            lost.append("citations")
        if cited:
            made.setdefault("annotations", []).extend(cited)
        offset += len(text.text)
    if calls:
        made["tool_calls"] = [write_call(call) for call in calls]
    for before, block in itertools.pairwise(blocks):
        if (token := beside_of(before)) and isinstance(block, ToolCall):
            made["tool_calls"][calls.index(block)]["extra_content"] = beside(token)
    return made


def write_citation(row: Citation, offset: int, length: int) -> Node | None:
    """A citation of a page; None for any other."""
    if not row.url:
        return None
    start = max(row.start, 0)
    end = row.end if row.end >= 0 else length
    found = {"start_index": offset + start, "end_index": offset + end, "url": row.url, "title": row.title}
    return {"type": "url_citation", "url_citation": found}


def write_usage(usage: Usage) -> Node:
    """Usage as a chat client reads it: cached tokens are part of the prompt. Nothing where nothing was reported."""
    if usage.input.amount is None and usage.output.amount is None:
        return {}
    prompt, answer = usage.input.amount or 0, usage.output.amount or 0
    made: Node = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
    if usage.cache_read.amount is not None or usage.cache_write.amount is not None:
        made["prompt_tokens_details"] = {"cached_tokens": usage.cache_read.amount or 0}
        if usage.cache_write.amount is not None:
            made["prompt_tokens_details"]["cache_write_tokens"] = usage.cache_write.amount
    if usage.reasoning.amount is not None:
        made["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning.amount}
    return made


class ChatWriter(Writer):
    """Writes a Chat stream, usage chunk included."""

    def __init__(self, *, created: int) -> None:
        super().__init__()
        self._head: Node = {"id": "", "object": "chat.completion.chunk", "created": created, "model": ""}
        self._open: dict[tuple[int, int], Open] = {}
        self._calls: dict[tuple[int, int], int] = {}
        self._details: dict[int, int] = {}
        self._thoughts: dict[tuple[int, int], str] = {}
        self._lengths: dict[int, int] = {}
        self._beside = ""
        self._refused: set[int] = set()
        self._usage = Usage()
        self._begun: set[int] = set()

    def start(self, event: Start) -> None:
        """The answer begins."""
        self._head |= {"id": event.id, "model": event.model}
        self._begin(0)

    def close(self, event: Close) -> None:
        """A block is complete."""
        self._open.pop((event.choice, event.number), None)

    def sign(self, event: Sign) -> None:
        """The reasoning once more with its signature, as one part, so that a client can send both back."""
        text = self._thoughts.pop((event.choice, event.number), "")
        if event.opaque.data:
            detail = write_detail(Thought(text=text, opaque=event.opaque), self._detail(event.choice))
            self._say(event.choice, {"reasoning_details": [detail]})

    def ended(self, event: Ended) -> None:
        """A choice is complete."""
        finish = FINISHES[event.finish]
        if event.finish == "refusal" and event.choice in self._refused:
            finish = "stop"
        self._say(event.choice, {}, finish)

    def used(self, event: Used) -> None:
        """The usage so far."""
        self._usage = event.usage

    def over(self, event: Over) -> None:  # noqa: ARG002 - a writer's form
        """Nothing follows."""
        if usage := write_usage(self._usage):
            self._make({**self._head, "choices": [], "usage": usage})
        self._out.append(DONE)

    def open(self, event: Open) -> None:
        """A block begins."""
        key = (event.choice, event.number)
        self._open[key] = event
        self._begin(event.choice)
        if event.kind in ("tool", "custom"):
            self._call(event, key)
        elif event.kind == "hidden" and event.opaque is not None:
            thought = Thought(opaque=event.opaque)
            self._beside = beside_of(thought)
            if not self._beside:
                self._say(event.choice, {"reasoning_details": [write_detail(thought, self._detail(event.choice))]})
        elif event.kind == "refusal":
            self._refused.add(event.choice)

    def _begin(self, choice: int) -> None:
        if choice not in self._begun:
            self._begun.add(choice)
            self._say(choice, {"role": "assistant", "content": ""})

    def _call(self, event: Open, key: tuple[int, int]) -> None:
        index = self._calls[key] = sum(1 for choice, _ in self._calls if choice == event.choice)
        kind, field = ("custom", "input") if event.kind == "custom" else ("function", "arguments")
        call: Node = {"index": index, "id": event.id, "type": kind, kind: {"name": event.name, field: ""}}
        if self._beside:
            call["extra_content"], self._beside = beside(self._beside), ""
        self._say(event.choice, {"tool_calls": [call]})

    def grow(self, event: Grow) -> None:
        """A block grows."""
        opened = self._open[event.choice, event.number]
        kind = opened.kind
        if kind == "text":
            self._lengths[event.choice] = self._lengths.get(event.choice, 0) + len(event.text)
            self._say(event.choice, {"content": event.text})
        elif kind == "thought":
            key = (event.choice, event.number)
            self._thoughts[key] = self._thoughts.get(key, "") + event.text
            self._say(event.choice, {"reasoning_content": event.text})
        elif kind == "refusal":
            self._say(event.choice, {"refusal": event.text})
        elif kind in ("tool", "custom"):
            index = self._calls[event.choice, event.number]
            said = {"custom": {"input": event.text}} if kind == "custom" else {"function": {"arguments": event.text}}
            self._say(event.choice, {"tool_calls": [{"index": index, **said}]})

    def cite(self, event: Cite) -> None:
        """A text names a source."""
        length = self._lengths.get(event.choice, 0)
        note = write_citation(event.citation, 0, length)
        if note is None:
            self.lost.add("citations")
        else:
            self._say(event.choice, {"annotations": [note]})

    def _detail(self, choice: int) -> int:
        index = self._details.get(choice, 0)
        self._details[choice] = index + 1
        return index

    def _say(self, choice: int, delta: Node, finish: str | None = None) -> None:
        self._make({**self._head, "choices": [{"index": choice, "delta": delta, "finish_reason": finish}]})
