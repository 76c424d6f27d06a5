"""What a model said, as Gemini: whole, and as a stream."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.ask import Block, Foreign, Text, ToolCall, arguments_object
from isthmus.dialects.conversation.opaque import Opaque, put
from isthmus.dialects.conversation.said import Citation, Cite, Close, Ended, Finish, Grow, Open, Over, Said, Sign, Start
from isthmus.dialects.conversation.said import Used as UsedEvent
from isthmus.dialects.conversation.streams import Writer
from isthmus.dialects.gemini.ask_out import ME, write_call, write_parts
from isthmus.dialects.gemini.usage import write_usage
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[Finish, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tools": "STOP",
    "filter": "SAFETY",
    "refusal": "SAFETY",
    "pause": "STOP",
    "context": "MAX_TOKENS",
}


def write_said(said: Said, *, created: int) -> Node:  # noqa: ARG001 - the same form in every dialect
    """A whole answer; raises `BrokenReplyError` where the arguments of a call are no object."""
    candidates = []
    for place, spoken in enumerate(said.choices):
        blocks = [block for block in spoken.blocks if not isinstance(block, Foreign)]
        content = {"role": "model", "parts": _parts(blocks)}
        made: Node = {"content": content, "finishReason": FINISHES[spoken.finish], "index": place}
        rows = [row for block in blocks if isinstance(block, Text) for row in block.citations]
        if grounding := write_citations(rows, said.lost):
            made["groundingMetadata"] = grounding
        candidates.append(made)
    made = {"candidates": candidates, "modelVersion": said.model, "responseId": said.id}
    usage = write_usage(said.usage)
    return {**made, "usageMetadata": usage} if usage else made


def _parts(blocks: list[Block]) -> list[Node]:
    for block in blocks:
        if isinstance(block, ToolCall) and (block.custom or arguments_object(block) is None):
            raise BrokenReplyError("the arguments of a tool call are no JSON object")
    return write_parts(blocks, {}, answering=True)


def write_citations(rows: list[Citation], lost: Any) -> Node:
    """Pages as grounding; other citations are lost."""
    chunks: list[Node] = []
    supports: list[Node] = []
    for row in rows:
        if not row.url:
            (lost.append if isinstance(lost, list) else lost.add)("citations")
            continue
        supports.append({"segment": {"text": row.cited}, "groundingChunkIndices": [len(chunks)]})
        chunks.append({"web": {"uri": row.url, "title": row.title}})
    return {"groundingChunks": chunks, "groundingSupports": supports} if chunks else {}


class GeminiWriter(Writer):
    """Writes a Gemini stream; calls are said when they are whole, signatures with the part that follows them."""

    def __init__(self, *, created: int) -> None:
        del created  # in this dialect an answer needs no time
        super().__init__()
        self._head: Node = {}
        self._open: dict[tuple[int, int], Open] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._signed: dict[tuple[int, int], Opaque] = {}
        self._token: dict[int, str] = {}
        self._cited: dict[int, list[Citation]] = {}
        self._usage = Usage()
        self._endings: list[Ended] = []

    def start(self, event: Start) -> None:
        """The answer begins."""
        self._head = {"modelVersion": event.model, "responseId": event.id}

    def open(self, event: Open) -> None:
        """A block begins."""
        key = (event.choice, event.number)
        self._open[key] = event
        self._texts[key] = ""
        if event.kind == "hidden":
            self._let_go(event.choice)
            self._token[event.choice] = put(event.opaque, source=ME)
        elif event.kind == "custom":
            raise BrokenReplyError("the arguments of a tool call are no JSON object")
        elif event.kind == "thought" and event.opaque is not None:
            self._signed[key] = event.opaque

    def grow(self, event: Grow) -> None:
        """A block grows."""
        key = (event.choice, event.number)
        kind = self._open[key].kind
        if kind == "tool":
            self._texts[key] += event.text
        elif kind == "thought":
            self._part(event.choice, {"text": event.text, "thought": True})
        elif kind in ("text", "refusal"):
            self._part(event.choice, {"text": event.text, **self._signature(event.choice)})

    def sign(self, event: Sign) -> None:
        """A block gets its signature."""
        self._signed[event.choice, event.number] = event.opaque

    def cite(self, event: Cite) -> None:
        """A text names a source."""
        self._cited.setdefault(event.choice, []).append(event.citation)

    def close(self, event: Close) -> None:
        """A block is complete."""
        key = (event.choice, event.number)
        opened = self._open.pop(key)
        text = self._texts.pop(key)
        if opened.kind == "tool":
            call = ToolCall(id=opened.id, name=opened.name, arguments=text)
            if arguments_object(call) is None:
                raise BrokenReplyError("the arguments of a tool call are no JSON object")
            self._part(event.choice, write_call(call, answering=True) | self._signature(event.choice))
        elif opened.kind == "thought" and (opaque := self._signed.pop(key, None)) is not None:
            self._part(event.choice, {"text": "", "thoughtSignature": put(opaque, source=ME)})

    def ended(self, event: Ended) -> None:
        """A choice is complete."""
        self._let_go(event.choice)
        self._endings.append(event)

    def used(self, event: UsedEvent) -> None:
        """The usage so far."""
        self._usage = event.usage

    def over(self, event: Over) -> None:  # noqa: ARG002 - a writer's form
        """Nothing follows."""
        candidates = []
        for ending in self._endings:
            made: Node = {"content": {"role": "model", "parts": [{"text": ""}]}}
            made |= {"finishReason": FINISHES[ending.finish], "index": ending.choice}
            if grounding := write_citations(self._cited.get(ending.choice, []), self.lost):
                made["groundingMetadata"] = grounding
            candidates.append(made)
        node: Node = {"candidates": candidates, **self._head}
        usage = write_usage(self._usage)
        self._make({**node, "usageMetadata": usage} if usage else node)

    def _signature(self, choice: int) -> Node:
        token = self._token.pop(choice, "")
        return {"thoughtSignature": token} if token else {}

    def _let_go(self, choice: int) -> None:
        """A signature that nothing follows stands in a part of its own."""
        if signature := self._signature(choice):
            self._part(choice, {"text": "", **signature})

    def _part(self, choice: int, part: Node) -> None:
        content = {"role": "model", "parts": [part]}
        self._make({"candidates": [{"content": content, "index": choice}], **self._head})
