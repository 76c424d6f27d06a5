"""What a deployment answers in Gemini, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects.conversation.ask import Block, Foreign, Media, Text, Thought, ToolCall, arguments_text
from isthmus.dialects.conversation.opaque import Opaque, unwrap
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
    Spoken,
    Start,
    Used,
)
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.dialects.gemini.answer import check, parts_of
from isthmus.dialects.gemini.ask_in import ME, read_part
from isthmus.dialects.gemini.partial import add
from isthmus.dialects.gemini.usage import read_usage
from isthmus.errors import BrokenReplyError

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {"STOP": "stop", "MAX_TOKENS": "length"}
UNSIGNED = Opaque(source=ME, data="")
BROKEN = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"})


def read_said(body: Node) -> Said:
    """A whole answer; raises `BrokenReplyError` where it has no candidates."""
    check(body)
    lost: list[str] = []
    ident = body.get("responseId") or ""
    choices = [_spoken(row, ident, lost) for row in body.get("candidates") or ()]
    return Said(
        id=ident,
        model=body.get("modelVersion") or "",
        choices=choices or [Spoken(blocks=[], finish="filter")],
        usage=read_usage(body.get("usageMetadata")),
        lost=lost,
    )


def _spoken(candidate: Node, ident: str, lost: list[str]) -> Spoken:
    read: list[Block] = []
    for part in parts_of(candidate):
        read_part(part, "", read)
    blocks: list[Block] = []
    count = 0
    for block in read:
        if isinstance(block, ToolCall):
            block.id = block.id or call_id(ident, count)
            count += 1
        if isinstance(block, Thought) and block.opaque is None:
            block.opaque = UNSIGNED
        if isinstance(block, Foreign | Media):
            lost.append("part")
        else:
            blocks.append(block)
    cited = citations(candidate)
    text = next((block for block in reversed(blocks) if isinstance(block, Text)), None)
    if cited and text is not None:
        text.citations = tuple(cited)
    lost += ["logprobs"] if candidate.get("logprobsResult") else []
    return Spoken(blocks=blocks, finish=finish_of(candidate.get("finishReason"), called=count > 0))


def finish_of(reason: Any, *, called: bool) -> Finish:
    """Why a candidate ended; raises `BrokenReplyError` where the model broke a call."""
    if reason in BROKEN:
        raise BrokenReplyError("the deployment made a call that cannot be read")
    found = FINISHES.get(str(reason or "STOP"), "filter")
    return "tools" if called and found == "stop" else found


def call_id(ident: str, number: int) -> str:
    """An id for a call that came without one."""
    return f"call_{''.join(letter for letter in ident if letter.isalnum())[:24]}_{number}"


def citations(candidate: Node) -> list[Citation]:
    """The pages that a candidate rests on."""
    grounding = candidate.get("groundingMetadata")
    if not isinstance(grounding, dict):
        return []
    pages = [row.get("web") or {} for row in grounding.get("groundingChunks") or ()]
    found = []
    for row in grounding.get("groundingSupports") or ():
        said = (row.get("segment") or {}).get("text") or ""
        for place in row.get("groundingChunkIndices") or ():
            if place < len(pages) and pages[place].get("uri"):
                page = pages[place]
                found.append(Citation(url=page["uri"], title=page.get("title") or "", cited=said))
    return found


class _Candidate:
    """One candidate of a stream."""

    __slots__ = ("arguments", "blocks", "call", "calls", "finish", "open")

    def __init__(self) -> None:
        self.blocks = 0
        self.open: tuple[Kind, int] | None = None
        self.calls = 0
        self.call: ToolCall | None = None
        self.arguments: Node = {}
        self.finish: Finish | None = None


class GeminiReader(Reader):
    """Reads a Gemini stream: texts in a row are one block, a call is a block as soon as it is whole."""

    def __init__(self) -> None:
        super().__init__()
        self._started = False
        self._id = ""
        self._candidates: dict[int, _Candidate] = {}
        self._blocked = False

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What a chunk says."""
        if node.get("error") or name == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        if not self._started:
            self._started = True
            self._id = node.get("responseId") or ""
            yield Start(self._id, node.get("modelVersion") or "")
        if node.get("usageMetadata"):
            yield Used(read_usage(node["usageMetadata"]))
        if (node.get("promptFeedback") or {}).get("blockReason"):
            self._blocked = True
        for place, candidate in enumerate(node.get("candidates") or ()):
            yield from self._candidate(candidate, candidate.get("index", place))

    def end(self) -> Iterator[Event]:
        """The stream is complete where every candidate is."""
        if self._blocked and not self._candidates:
            yield Ended("filter")
        elif not self._candidates or any(state.finish is None for state in self._candidates.values()):
            raise unfinished()
        for number, state in self._candidates.items():
            yield Ended(state.finish or "stop", choice=number)
        self.over = True
        yield Over()

    def _candidate(self, candidate: Node, number: int) -> Iterator[Event]:
        state = self._candidates.setdefault(number, _Candidate())
        for part in parts_of(candidate):
            yield from self._part(part, state, number)
        if state.open is not None and state.open[0] == "text":
            for row in citations(candidate):
                yield Cite(state.open[1], row, number)
        if candidate.get("logprobsResult"):
            self.lost.add("logprobs")
        if candidate.get("finishReason"):
            state.finish = finish_of(candidate["finishReason"], called=state.calls > 0)
            yield from self._stop(state, number)

    def _part(self, part: Node, state: _Candidate, number: int) -> Iterator[Event]:
        call = part.get("functionCall")
        if isinstance(call, dict):
            yield from self._call(part, call, state, number)
            return
        blocks: list[Block] = []
        read_part(part, "", blocks)
        for block in blocks:
            if isinstance(block, Thought) and not block.text:
                yield from self._hidden(block, state, number)
            elif isinstance(block, Thought | Text):
                kind: Kind = "text" if isinstance(block, Text) else "thought"
                if state.open is None or state.open[0] != kind:
                    yield from self._stop(state, number)
                    state.open = (kind, state.blocks)
                    state.blocks += 1
                    yield Open(state.open[1], kind, opaque=UNSIGNED if kind == "thought" else None, choice=number)
                yield Grow(state.open[1], block.text, number)
            else:
                self.lost.add("part")

    def _call(self, part: Node, call: Node, state: _Candidate, number: int) -> Iterator[Event]:
        """A call, or a piece of one; its arguments are given out once they are whole."""
        yield from self._stop(state, number)
        token = part.get("thoughtSignature")
        if token:
            yield from self._hidden(Thought(opaque=unwrap(token, source=ME, hidden=True)), state, number)
        if call.get("name"):
            ident = call.get("id") or call_id(self._id, state.calls)
            state.call = ToolCall(id=ident, name=call["name"], arguments=None)
            state.arguments = call.get("args") or {}
            state.calls += 1
        if state.call is None:
            return
        for piece in call.get("partialArgs") or ():
            try:
                add(state.arguments, piece)
            except ValueError:
                raise BrokenReplyError("the arguments of a tool call are in no order") from None
        if not call.get("willContinue"):
            made, block = state.call, state.blocks
            made.arguments, state.call = state.arguments, None
            state.blocks += 1
            yield Open(block, "tool", made.id, made.name, choice=number)
            yield Grow(block, arguments_text(made), number)
            yield Close(block, number)

    def _hidden(self, block: Thought, state: _Candidate, number: int) -> Iterator[Event]:
        yield from self._stop(state, number)
        place = state.blocks
        state.blocks += 1
        yield Open(place, "hidden", opaque=block.opaque, choice=number)
        yield Close(place, number)

    def _stop(self, state: _Candidate, number: int) -> Iterator[Event]:
        if state.open is not None:
            block, state.open = state.open[1], None
            yield Close(block, number)
