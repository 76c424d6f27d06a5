"""What a deployment answers in Cohere Chat, version 2, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects import whole
from isthmus.dialects.answer import Answer
from isthmus.dialects.cohere.ask_out import ME, PLAN
from isthmus.dialects.conversation.ask import Block, Foreign, Text, Thought, ToolCall
from isthmus.dialects.conversation.growing import Growing
from isthmus.dialects.conversation.opaque import Opaque
from isthmus.dialects.conversation.said import Citation, Cite, Event, Finish, Open, Over, Said, Spoken, Start, Used
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.dialects.counts import count
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tools",
    "ERROR_TOXIC": "filter",
}
# endings that are none
BROKEN = ("ERROR", "TIMEOUT")
EMPTY = "null"  # the arguments of a call without any


def read_usage(node: Any) -> Usage:
    """Tokens as counted, cached ones among the input; what Cohere bills (`billed_units`) leaves its own prompt out."""
    return Usage(
        input=count(node, "tokens", "input_tokens"),
        cache_read=count(node, "cached_tokens"),
        output=count(node, "tokens", "output_tokens"),
    )


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    body = whole.read_body(data)
    finish = body.get("finish_reason")
    if not isinstance(body.get("message"), dict) or finish in BROKEN:
        raise BrokenReplyError("the answer has no message", where="/message")
    return whole.read(body, usage=read_usage(body.get("usage")), finish=finish)


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    message, lost = body["message"], list[str]()
    blocks: list[Block] = [_part(part, lost) for part in _parts(message.get("content"))]
    if plan := message.get(PLAN):
        blocks.append(Thought(text=plan, opaque=Opaque(source=ME, data="", id=PLAN)))
    _cite(message.get("citations") or (), blocks, lost)
    for call in message.get("tool_calls") or ():
        said = call.get("function") or {}
        given = said.get("arguments") or ""
        blocks.append(
            ToolCall(id=call["id"], name=said.get("name") or "", arguments="{}" if given in ("", EMPTY) else given)
        )
    lost += ["logprobs"] if body.get("logprobs") else []
    spoken = Spoken(blocks=blocks, finish=FINISHES.get(body.get("finish_reason") or "", "stop"))
    return Said(id=body.get("id") or "", model="", choices=[spoken], usage=read_usage(body.get("usage")), lost=lost)


def _parts(content: Any) -> list[Node]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def _part(part: Node, lost: list[str]) -> Block:
    if part.get("type") == "thinking":
        return Thought(text=part.get("thinking") or "", opaque=Opaque(source=ME, data=""))
    if part.get("type") == "text":
        return Text(text=part.get("text") or "")
    lost.append("content part")
    return Foreign(kind=str(part.get("type")))


def _cite(rows: Any, blocks: list[Block], lost: list[str]) -> None:
    texts = [block for block in blocks if type(block) is Text]
    for row in rows:
        place = row.get("content_index") or 0
        if row.get("type", "TEXT_CONTENT") == "TEXT_CONTENT" and place < len(texts):
            texts[place].citations = (*texts[place].citations, read_citation(row))
        else:
            lost.append("citations")


def read_citation(row: Node) -> Citation:
    """A passage of the text with the document that it rests on."""
    source: Node = next(iter(row.get("sources") or ()), {})
    document = source.get("document") or {}
    url, title = document.get("url") or "", document.get("title") or ""
    start, end = row.get("start", -1), row.get("end", -1)
    return Citation(url=url, title=title, cited=row.get("text") or "", start=start, end=end, own=row, source=ME)


class CohereReader(Reader):
    """Reads a stream of typed events."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks = Growing(ME)
        self._held: dict[Any, str] = {}
        self._given: set[Any] = set()

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says."""
        kind, message = node.get("type") or name, (node.get("delta") or {}).get("message") or {}
        if kind == "message-start":
            yield Start(node.get("id") or "", "")
        elif kind in ("content-start", "content-delta"):
            content = message.get("content") or {}
            yield from self._blocks.text("thought", content.get("thinking") or "")
            yield from self._blocks.text("text", content.get("text") or "")
        elif kind == "tool-plan-delta":
            yield from self._planned(message.get(PLAN) or "")
        elif kind in ("tool-call-start", "tool-call-delta"):
            yield from self._call(node.get("index"), message.get("tool_calls") or {})
        elif kind == "tool-call-end":
            yield from self._call_end(node.get("index"))
        elif kind == "citation-start":
            yield from self._cite(message.get("citations"))
        elif kind == "message-end":
            yield from self._ending(node.get("delta") or {})
        elif "message" in node and not node.get("type"):
            raise whole.reported(node)

    def end(self) -> Iterator[Event]:
        """The rest."""
        if not self.over:
            raise unfinished()
        yield from ()

    def _planned(self, text: str) -> Iterator[Event]:
        for event in self._blocks.text("thought", text):
            if isinstance(event, Open):
                event.opaque = Opaque(source=ME, data="", id=PLAN)
            yield event

    def _call(self, key: Any, call: Node) -> Iterator[Event]:
        """A call; the word for no arguments is held back until it is known to be all of them."""
        said = call.get("function") or {}
        given = self._held.pop(key, "") + (said.get("arguments") or "")
        if given and EMPTY.startswith(given):
            self._held[key], given = given, ""
        elif given:
            self._given.add(key)
        yield from self._blocks.call(key, ident=call.get("id") or "", name=said.get("name") or "", arguments=given)

    def _call_end(self, key: Any) -> Iterator[Event]:
        held = self._held.pop(key, "")
        if key not in self._given and held in ("", EMPTY):
            held = "{}"
        yield from self._blocks.call(key, ident="", name="", arguments=held)

    def _cite(self, row: Any) -> Iterator[Event]:
        block = self._blocks.number()
        if isinstance(row, dict) and block is not None and row.get("type", "TEXT_CONTENT") == "TEXT_CONTENT":
            yield Cite(block, read_citation(row))
        else:
            self.lost.add("citations")

    def _ending(self, delta: Node) -> Iterator[Event]:
        finish = delta.get("finish_reason") or ""
        if delta.get("error") or finish in BROKEN:
            raise whole.reported({"message": delta.get("error") or finish})
        self.word = finish
        yield Used(read_usage(delta.get("usage")))
        yield from self._blocks.end(FINISHES.get(finish, "stop"))
        self.over = True
        yield Over()
