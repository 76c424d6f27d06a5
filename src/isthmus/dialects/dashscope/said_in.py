"""What a deployment answers in DashScope's own form, in no dialect: whole, and as a stream."""

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
from isthmus.dialects.counts import count, first
from isthmus.dialects.dashscope.ask_out import ME
from isthmus.dialects.dashscope.growth import Growth
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length", "tool_calls": "tools", "content_filter": "filter"}
GOING_ON = ("", "null", None)


def read_usage(node: Any) -> Usage:
    """Tokens as counted; applications count by model, of which there is mostly one."""
    models = node.get("models") if isinstance(node, dict) else None
    if isinstance(models, list) and len(models) == 1:
        node = models[0]
    return Usage(
        input=count(node, "input_tokens"),
        cache_read=first(
            count(node, "prompt_tokens_details", "cached_tokens"), count(node, "input_tokens_details", "cached_tokens")
        ),
        cache_write=count(node, "prompt_tokens_details", "cache_creation_input_tokens"),
        output=count(node, "output_tokens"),
        reasoning=count(node, "output_tokens_details", "reasoning_tokens"),
    )


def choices_of(output: Node) -> list[Node]:
    """The choices; an answer in the form `text` is one."""
    if isinstance(output.get("choices"), list):
        return list(output["choices"])
    message: Node = {"content": output.get("text") or ""}
    thoughts = [str(row.get("thought") or "") for row in output.get("thoughts") or () if isinstance(row, dict)]
    if thought := "".join(thoughts):
        message["reasoning_content"] = thought
    return [{"message": message, "finish_reason": output.get("finish_reason")}]


def content_of(message: Node) -> str:
    """The text of a message: a string, or the texts of its parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return content or ""


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    body = whole.read_body(data)
    output = body.get("output")
    if not isinstance(output, dict) or not ("text" in output or output.get("choices")):
        raise BrokenReplyError("the answer has no output", where="/output")
    return whole.read(body, usage=read_usage(body.get("usage")), finish=choices_of(output)[0].get("finish_reason"))


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    output, lost = body["output"], list[str]()
    spoken = [_spoken(choice, lost) for choice in choices_of(output)]
    lost += [name for name in ("search_info", "doc_references") if output.get(name)]
    usage = read_usage(body.get("usage"))
    return Said(id=body.get("request_id") or "", model="", choices=spoken, usage=usage, lost=lost)


def _spoken(choice: Node, lost: list[str]) -> Spoken:
    message = choice.get("message") or {}
    blocks: list[Block] = []
    if thought := message.get("reasoning_content"):
        blocks.append(Thought(text=thought, opaque=Opaque(source=ME, data="")))
    if text := content_of(message):
        blocks.append(Text(text=text))
    calls = message.get("tool_calls") or ()
    for call in calls:
        said = call.get("function") or {}
        given = said.get("arguments") or "{}"
        blocks.append(ToolCall(id=call.get("id") or "", name=said.get("name") or "", arguments=given))
    if choice.get("logprobs"):
        lost.append("logprobs")
    return Spoken(blocks=blocks, finish=_finish(choice.get("finish_reason"), calls=bool(calls)))


def _finish(word: Any, *, calls: bool) -> Finish:
    """Why it ended; some models say `stop` where tools are called too."""
    finish = FINISHES.get(word or "", "stop")
    return "tools" if calls and finish == "stop" else finish


class _Choice:
    """One choice of a stream."""

    def __init__(self, index: int) -> None:
        self.blocks = Growing(ME, index)
        self.growth = Growth()
        self.calls: set[Any] = set()
        self.finish: str | None = None


class DashscopeReader(Reader):
    """Reads a stream whose events say what is new, or all so far."""

    def __init__(self) -> None:
        super().__init__()
        self._choices: dict[int, _Choice] = {}
        self._started = False

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says."""
        output = node.get("output")
        if name == "error" or not isinstance(output, dict):
            raise whole.reported(node)
        if not self._started:
            self._started = True
            yield Start(node.get("request_id") or "", "")
        if node.get("usage"):
            yield Used(read_usage(node["usage"]))
        self.lost |= {name for name in ("search_info", "doc_references") if output.get(name)}
        for place, choice in enumerate(choices_of(output)):
            yield from self._grow(choice.get("index", place), choice)

    def end(self) -> Iterator[Event]:
        """The rest."""
        if not self._choices or any(choice.finish is None for choice in self._choices.values()):
            raise unfinished()
        for index, choice in sorted(self._choices.items()):
            if not index:
                self.word = choice.finish or ""
            yield from choice.blocks.end(_finish(choice.finish, calls=bool(choice.calls)))
        self.over = True
        yield Over()

    def _grow(self, index: int, row: Node) -> Iterator[Event]:
        choice = self._choices.setdefault(index, _Choice(index))
        message = row.get("message") or {}
        thought = choice.growth.added("thought", message.get("reasoning_content") or "")
        yield from choice.blocks.text("thought", thought)
        yield from choice.blocks.text("text", choice.growth.added("text", content_of(message)))
        for place, call in enumerate(message.get("tool_calls") or ()):
            said, key = call.get("function") or {}, call.get("index", place)
            choice.calls.add(key)
            given = choice.growth.added(key, said.get("arguments") or "")
            ident, name = call.get("id") or "", said.get("name") or ""
            yield from choice.blocks.call(key, ident=ident, name=name, arguments=given)
        if row.get("logprobs"):
            self.lost.add("logprobs")
        if row.get("finish_reason") not in GOING_ON:
            choice.finish = row["finish_reason"]
