"""What a deployment answers in Tencent Hunyuan's own form, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects import whole
from isthmus.dialects.answer import Answer
from isthmus.dialects.conversation.ask import Block, Text, Thought, ToolCall
from isthmus.dialects.conversation.growing import Growing
from isthmus.dialects.conversation.opaque import Opaque
from isthmus.dialects.conversation.said import Event, Finish, Over, Said, Spoken, Start, Used
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.dialects.counts import count
from isthmus.dialects.hunyuan.ask_out import ME
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length", "tool_calls": "tools", "sensitive": "filter"}


def read_usage(node: Any) -> Usage:
    """Tokens as counted."""
    return Usage(
        input=count(node, "PromptTokens"),
        cache_read=count(node, "PromptTokensDetails", "CachedTokens"),
        output=count(node, "CompletionTokens"),
        reasoning=count(node, "CompletionTokensDetails", "ReasoningTokens"),
    )


def answer_of(body: Node) -> Node:
    """The answer itself: most come in an envelope, those of roles with names in lower case."""
    inner = body.get("Response")
    if isinstance(inner, dict):
        return inner
    return _of_roles(body) if "choices" in body and "Choices" not in body else body


def _of_roles(body: Node) -> Node:
    """An answer of the role-playing models in the names of the others."""
    usage = body.get("usage") or {}
    return {
        "Id": body.get("id"),
        "Choices": [
            {
                "Message": {"Content": (row.get("messages") or row.get("message") or {}).get("content")},
                "FinishReason": row.get("finish_reason"),
            }
            for row in body["choices"]
        ],
        "Usage": {"PromptTokens": usage.get("prompt_tokens"), "CompletionTokens": usage.get("completion_tokens")},
    }


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none, `RejectedError` where it says why."""
    body = answer_of(whole.read_body(data))
    if body.get("Error") or body.get("ErrorMsg"):
        raise whole.rejected(data)
    choices = body.get("Choices")
    if not isinstance(choices, list) or not choices:
        raise BrokenReplyError("the answer has no choices", where="/Choices")
    return whole.read(body, usage=read_usage(body.get("Usage")), finish=choices[0].get("FinishReason"))


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    body = answer_of(body)
    ident = body.get("Id") or body.get("RequestId") or ""
    choices = [_spoken(choice.get("Message") or {}, choice, ident) for choice in body["Choices"]]
    lost = ["search_info"] if body.get("SearchInfo") else []
    return Said(id=ident, model="", choices=choices, usage=read_usage(body.get("Usage")), lost=lost)


def _spoken(message: Node, choice: Node, ident: str) -> Spoken:
    blocks: list[Block] = []
    if thought := message.get("ReasoningContent"):
        blocks.append(Thought(text=thought, opaque=Opaque(source=ME, data="")))
    if text := message.get("Content"):
        blocks.append(Text(text=text))
    calls = message.get("ToolCalls") or ()
    for place, call in enumerate(calls):
        said = call.get("Function") or {}
        made = call.get("Id") or f"call_{ident}_{place}"
        blocks.append(ToolCall(id=made, name=said.get("Name") or "", arguments=said.get("Arguments") or "{}"))
    return Spoken(blocks=blocks, finish=_finish(choice.get("FinishReason"), calls=bool(calls)))


def _finish(word: Any, *, calls: bool) -> Finish:
    finish = FINISHES.get(word or "", "stop")
    return "tools" if calls and finish == "stop" else finish


class HunyuanReader(Reader):
    """Reads a stream of choices with what was added to each."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: dict[int, Growing] = {}
        self._called: set[int] = set()
        self._finishes: dict[int, str] = {}
        self._ident = ""

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says."""
        body = answer_of(node)
        if name == "error" or body.get("Error") or body.get("ErrorMsg"):
            raise whole.reported(node)
        if not self._blocks:
            self._ident = body.get("Id") or ""
            yield Start(self._ident, "")
        if body.get("Usage"):
            yield Used(read_usage(body["Usage"]))
        if body.get("SearchInfo"):
            self.lost.add("search_info")
        for place, choice in enumerate(body.get("Choices") or ()):
            yield from self._grow(choice.get("Index", place), choice)

    def end(self) -> Iterator[Event]:
        """The rest."""
        if not self._blocks or self._finishes.keys() != self._blocks.keys():
            raise unfinished()
        self.word = self._finishes.get(0, "")
        for index, growing in sorted(self._blocks.items()):
            yield from growing.end(_finish(self._finishes[index], calls=index in self._called))
        self.over = True
        yield Over()

    def _grow(self, index: int, choice: Node) -> Iterator[Event]:
        growing = self._blocks.setdefault(index, Growing(ME, index))
        delta = choice.get("Delta") or choice.get("Message") or {}
        yield from growing.text("thought", delta.get("ReasoningContent") or "")
        yield from growing.text("text", delta.get("Content") or "")
        for place, call in enumerate(delta.get("ToolCalls") or ()):
            said, key = call.get("Function") or {}, call.get("Index", place)
            self._called.add(index)
            ident, given = call.get("Id") or f"call_{self._ident}_{key}", said.get("Arguments") or ""
            yield from growing.call(key, ident=ident, name=said.get("Name") or "", arguments=given)
        if choice.get("FinishReason"):
            self._finishes[index] = choice["FinishReason"]
