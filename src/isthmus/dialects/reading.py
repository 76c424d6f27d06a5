"""What an answer says, in one form for every dialect: for people and tests that compare with what a vendor's SDK reads.

Text, reasoning and refusal of the first choice joined, its tool calls with their arguments as JSON text, the vendor's
own word for the finish, the usage as our record has it, and the error where there is one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.conversation.ask import Block, Refusal, Text, Thought, ToolCall, arguments_text
from isthmus.dialects.conversation.said import Ended, Event, Grow, Open, Start, Used
from isthmus.dialects.dialect import Dialect, Upstream
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.refusals import said_words
from isthmus.dialects.rejections import error_message, fault_of, is_error
from isthmus.dialects.sse import SseEvent
from isthmus.errors import BrokenReplyError, UpstreamError
from isthmus.exchange import Usage

Node = dict[str, Any]
TEXTS: dict[str, str] = {"text": "text", "thought": "reasoning", "refusal": "refusal"}
FORM_ERRORS = (AttributeError, KeyError, TypeError, IndexError)


class Call(msgspec.Struct, kw_only=True):
    """A call of a tool; `arguments` is JSON text, or the free text of a custom tool."""

    id: str
    name: str
    arguments: str = ""


class Reading(msgspec.Struct, kw_only=True):
    """What an answer says; `other` names what no field here has a place for, `choices` how many there are."""

    dialect: str
    id: str = ""
    model: str = ""
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: list[Call] = []
    finish: str | None = None
    usage: dict[str, int] = {}
    error: dict[str, str] | None = None
    other: list[str] = []
    choices: int = 0


def read_whole(dialect: Upstream, data: bytes) -> Reading:
    """What a whole answer says; an error is what it says too."""
    try:
        answer = dialect.read_answer(data)
        said = dialect.read_said(answer.body)
    except (UpstreamError, *FORM_ERRORS) as error:
        return Reading(dialect=dialect.id, error=_error(data, error))
    made = Reading(dialect=dialect.id, id=said.id, model=said.model, finish=answer.finish or None)
    made.usage, made.other, made.choices = _usage(answer.usage), sorted(set(said.lost)), len(said.choices)
    made.tool_calls = []
    for block in said.choices[0].blocks if said.choices else ():
        _add(made, block)
    return made


def read_stream(dialect: Upstream, data: bytes) -> Reading:
    """What a stream says, up to its end or its error."""
    gathered = _Gathered(dialect)
    parser = dialect.frames()
    try:
        for event in (*parser.feed(data), *parser.close()):
            gathered.take(event)
        gathered.end()
    except (UpstreamError, *FORM_ERRORS) as error:
        last = gathered.last.encode("utf-8", "replace")
        gathered.made.error = _error(last, error)
    return gathered.made


class _Gathered:
    """A stream on its way to a reading."""

    def __init__(self, dialect: Upstream) -> None:
        self.made = Reading(dialect=dialect.id, tool_calls=[])
        self.last = ""
        self._dialect = dialect
        self._final: Node | None = None
        self._reader = dialect.reader()
        self._stream = dialect.stream() if isinstance(dialect, Dialect) else None
        self._open: dict[int, str] = {}
        self._calls: dict[int, Call] = {}
        self._choices = 0

    def take(self, event: SseEvent) -> None:
        """Read one event."""
        if not event.data or self._reader.over:
            return
        if event.data.startswith("[DONE]"):
            self.end()
            return
        self.last = event.data
        node, _ = decode(event.data)
        if type(node) is not dict:
            raise BrokenReplyError("an event of the stream is no JSON object")
        for said in self._reader.read(event.event, node):
            self._note(said)
        if isinstance(response := node.get("response"), dict) and response.get("output"):
            self._final = response
        if self._stream is not None:
            self._stream.feed(event.raw)
            self.made.finish = self._stream.finish

    def end(self) -> None:
        """Read the end; what a finished answer says once more as a whole is what counts."""
        if not self._reader.over:
            for said in self._reader.end():
                self._note(said)
        if self._final is not None:
            whole = read_whole(self._dialect, msgspec.json.encode(self._final))
            if whole.error is None and (whole.text or whole.tool_calls):
                self.made.text, self.made.tool_calls = whole.text, whole.tool_calls
        self.made.choices = self._choices + 1
        self.made.other = sorted(self._reader.lost)

    def _note(self, said: Event) -> None:
        self._choices = max(self._choices, getattr(said, "choice", 0))
        if isinstance(said, Start):
            self.made.id, self.made.model = said.id, said.model
        elif isinstance(said, Used):
            self.made.usage = _usage(said.usage)
        elif isinstance(said, Ended) and self._stream is None and not said.choice:
            self.made.finish = self._reader.word or said.finish
        elif getattr(said, "choice", 1) != 0:
            return
        elif isinstance(said, Open):
            self._open[said.number] = said.kind
            if said.kind in ("tool", "custom"):
                call = self._calls[said.number] = Call(id=said.id, name=said.name)
                self.made.tool_calls.append(call)
        elif isinstance(said, Grow):
            kind = self._open.get(said.number, "")
            if said.number in self._calls:
                self._calls[said.number].arguments += said.text
            elif kind in TEXTS:
                setattr(self.made, TEXTS[kind], getattr(self.made, TEXTS[kind]) + said.text)


def _add(made: Reading, block: Block) -> None:
    if isinstance(block, Text):
        made.text += block.text
    elif isinstance(block, Thought):
        made.reasoning += block.text
    elif isinstance(block, Refusal):
        made.refusal += block.text
    elif isinstance(block, ToolCall):
        made.tool_calls.append(Call(id=block.id, name=block.name, arguments=arguments_text(block)))


def _usage(usage: Usage) -> dict[str, int]:
    found = {name: getattr(usage, name).amount for name in Usage.__struct_fields__}
    return {name: amount for name, amount in found.items() if amount is not None}


def _error(data: bytes, error: Exception) -> dict[str, str]:
    """What the vendor said was wrong, else what we found."""
    told = str(error) if isinstance(error, UpstreamError) else "the answer has not the form of its dialect"
    try:
        node, _ = decode(data)
    except ValueError:
        node = None
    inner = node.get("response", node) if isinstance(node, dict) else None
    if not isinstance(inner, dict) or not (is_error(data) or inner.get("error") or "message" in inner):
        return {"message": told}
    fault = fault_of(data, 200)
    meant = {"code": fault.code, "kind": fault.kind} if fault.code else {}
    return {"message": error_message(inner) or told, **said_words(msgspec.json.encode(inner)), **meant}
