"""What a deployment answers in Ollama's chat, in no dialect: whole, and as a stream of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from isthmus.dialects import whole
from isthmus.dialects.answer import Answer
from isthmus.dialects.conversation.ask import Block, Text, Thought, ToolCall
from isthmus.dialects.conversation.growing import Growing
from isthmus.dialects.conversation.opaque import Opaque
from isthmus.dialects.conversation.said import Event, Finish, Over, Said, Spoken, Start, Used
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.dialects.counts import count
from isthmus.dialects.ollama.ask_out import ME
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length"}


def read_usage(node: Any) -> Usage:
    """Tokens as counted; what a server took from its cache it leaves out of its count of the prompt."""
    return Usage(input=count(node, "prompt_eval_count"), output=count(node, "eval_count"))


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    body = whole.read_body(data)
    if not isinstance(body.get("message"), dict):
        raise BrokenReplyError("the answer has no message", where="/message")
    return whole.read(body, usage=read_usage(body), finish=body.get("done_reason"))


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    message = body["message"]
    blocks: list[Block] = []
    if thought := message.get("thinking"):
        blocks.append(Thought(text=thought, opaque=Opaque(source=ME, data="")))
    if text := message.get("content"):
        blocks.append(Text(text=text))
    calls = message.get("tool_calls") or ()
    for place, call in enumerate(calls):
        said = call["function"]
        blocks.append(
            ToolCall(id=_ident(call, body, place), name=said.get("name") or "", arguments=said.get("arguments") or {})
        )
    lost = ["logprobs"] if body.get("logprobs") else []
    spoken = Spoken(blocks=blocks, finish=_finish(body, calls=bool(calls)))
    return Said(id="", model=body.get("model") or "", choices=[spoken], usage=read_usage(body), lost=lost)


def _finish(body: Node, *, calls: bool) -> Finish:
    """Why it ended; a server says `stop` where tools are called too."""
    finish = FINISHES.get(body.get("done_reason") or "", "stop")
    return "tools" if calls and finish == "stop" else finish


def _ident(call: Node, body: Node, place: int) -> str:
    """The id of a call, or one made of the instant of the answer and the call's place."""
    made = re.sub(r"[^0-9A-Za-z]", "", str(body.get("created_at") or ""))
    return call.get("id") or f"call_{made}_{place}"


class OllamaReader(Reader):
    """Reads a stream of lines, each with what was added; a call comes whole."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks = Growing(ME)
        self._started = False
        self._calls = 0

    def read(self, name: str, node: Node) -> Iterator[Event]:  # noqa: ARG002 - a reader's form
        """What a line says."""
        if node.get("error"):
            raise whole.reported(node)
        if not self._started:
            self._started = True
            yield Start("", node.get("model") or "")
        message = node.get("message") or {}
        yield from self._blocks.text("thought", message.get("thinking") or "")
        yield from self._blocks.text("text", message.get("content") or "")
        for call in message.get("tool_calls") or ():
            said = call["function"]
            given = msgspec.json.encode(said.get("arguments") or {}).decode()
            ident = _ident(call, node, self._calls)
            yield from self._blocks.call(self._calls, ident=ident, name=said.get("name") or "", arguments=given)
            self._calls += 1
        if node.get("logprobs"):
            self.lost.add("logprobs")
        if node.get("done"):
            self.word = node.get("done_reason") or ""
            yield Used(read_usage(node))
            yield from self._blocks.end(_finish(node, calls=self._calls > 0))
            self.over = True
            yield Over()

    def end(self) -> Iterator[Event]:
        """The rest."""
        if not self.over:
            raise unfinished()
        yield from ()
