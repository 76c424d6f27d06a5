"""A Gemini stream on its way to the client: texts through filters, everything else as it came.

What a filter held back comes as a part of its own, before the part that ends its text, in the same event.
"""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.filters import Filters
from isthmus.dialects.gemini.answer import CANDIDATE_PROTOCOL, LOGPROBS, PROTOCOL
from isthmus.dialects.gemini.faults import error_event
from isthmus.dialects.gemini.fields import FIELDS
from isthmus.dialects.gemini.texts import change_part
from isthmus.dialects.gemini.usage import read_usage
from isthmus.dialects.sse import SseEvent
from isthmus.dialects.texts import Tail, change_member
from isthmus.errors import BrokenReplyError, IsthmusError

Node = dict[str, Any]
TEMPLATE = ("modelVersion", "responseId", "createTime")


class _Candidate:
    """One candidate: the text that is open (its channel and what makes its next part), its calls, its finish."""

    __slots__ = ("calls", "finish", "path", "tails")

    def __init__(self) -> None:
        self.tails: dict[str, Tail] = {}
        self.calls = 0
        self.path = ""
        self.finish = ""


class GeminiStream(EventStream):
    """A stream of candidates; what is attached comes with the last event that has a finish reason."""

    __slots__ = ("_at", "_blocked", "_candidates", "_template")

    def __init__(
        self, filters: Filters = (), *, show_usage: bool = True, formatted: bool = False, seal: Seal | None = None
    ) -> None:
        del show_usage  # in this dialect the usage is always shown
        super().__init__(filters, formatted=formatted, seal=seal)
        self._candidates: dict[int, _Candidate] = {}
        self._template: Node = {}
        self._blocked = False
        self._at = _Candidate()

    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """The end of a stream that failed: what was held back, then the error in the dialect's own form."""
        for number, candidate in self._candidates.items():
            if parts := self._rests(candidate):
                self._chunk({"content": {"parts": parts, "role": "model"}, "index": number})
        self._done = True
        self._out.append(error_event(error, call_id=call_id, lang=lang))
        return self._take_out()

    def stop(self, ledger_id: str) -> bytes:
        """The end of a stream that may not go on: every candidate finishes as `SAFETY`; what was held stays held."""
        open_ = [number for number, candidate in self._candidates.items() if not candidate.finish]
        for number in open_ if self._candidates else [0]:
            ending = {"content": {"parts": [], "role": "model"}, "finishReason": "SAFETY", "index": number}
            self._chunk(ending, {"ledger_id": ledger_id})
        self._done = True
        self.finish = "SAFETY"
        return self._take_out()

    def _end(self) -> None:
        if not self._blocked and (
            not self._candidates or not all(candidate.finish for candidate in self._candidates.values())
        ):
            raise BrokenReplyError("the stream ended before its finish")
        self._done = True

    def _event(self, event: SseEvent, data: str) -> None:
        node = self._node(data)
        if node.get("error"):
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        if node.get("usageMetadata"):
            self.usage = read_usage(node["usageMetadata"])
        feedback = node.get("promptFeedback")
        if type(feedback) is dict and feedback.get("blockReason"):
            self._blocked, self.finish = True, str(feedback["blockReason"])
        self._template = node
        changed = False
        for place, candidate in enumerate(node.get("candidates") or ()):
            if type(candidate) is not dict:
                raise BrokenReplyError("a candidate of the stream is no object")
            changed |= self._candidate(candidate, place)
        if self._chain:
            for name in node.keys() - PROTOCOL:
                changed |= change_member(FIELDS, node, name, "0:other:", self._whole)
        if self._extra is not None and self.finish and self._complete_now():
            node["isthmus"], self._extra, changed = self._extra(), None, True
        self._pass(event, node, changed=changed)

    def _complete_now(self) -> bool:
        return self._blocked or all(candidate.finish for candidate in self._candidates.values())

    def _candidate(self, candidate: Node, place: int) -> bool:
        index = candidate.get("index")
        number = index if type(index) is int else place
        self._at = state = self._candidates.setdefault(number, _Candidate())
        content = candidate.get("content")
        parts = content.get("parts") if type(content) is dict else None
        changed = type(parts) is list and self._parts(parts, str(number), state)
        if changed:
            candidate.pop(LOGPROBS, None)
        finish = candidate.get("finishReason")
        if finish:
            state.finish = self.finish = str(finish)
            if rests := self._rests(state):
                if type(parts) is not list:
                    parts = []
                    candidate["content"] = {**(content if type(content) is dict else {"role": "model"}), "parts": parts}
                parts += rests
                changed = True
        if self._chain:
            for name in candidate.keys() - CANDIDATE_PROTOCOL - {LOGPROBS}:
                changed |= change_member(FIELDS, candidate, name, f"{number}:other:", self._whole)
        return changed

    def _parts(self, parts: list[Any], prefix: str, state: _Candidate) -> bool:
        changed, place = False, 0
        while place < len(parts):
            part = parts[place]
            if type(part) is not dict:
                raise BrokenReplyError("a part of the stream is no object")
            if self._chain:
                rests = self._rests(state, but=_channel(part, prefix))
                parts[place:place] = rests
                place += len(rests)
                changed |= bool(rests)
            call = part.get("functionCall")
            if type(call) is dict:
                changed |= self._pieces(call, prefix, state)
            changed |= change_part(part, prefix, state.calls, self._take, formatted=self._formatted, grows=True)
            place += 1
        return changed

    def _pieces(self, call: Node, prefix: str, state: _Candidate) -> bool:
        """Arguments that come in pieces: a string ends with the piece that does not say that it continues."""
        if call.get("name"):
            state.calls += 1
        pieces = call.get("partialArgs")
        if type(pieces) is not list or not self._chain:
            return False
        changed = False
        for piece in pieces:
            text = piece.get("stringValue") if type(piece) is dict else None
            if type(text) is not str:
                continue
            self.text_seen += len(text)
            channel = f"{prefix}:tool:{state.calls}:{piece.get('jsonPath')}"
            new = self._piece(channel, text, escape=False)
            if not piece.get("willContinue"):
                new += self._rest(channel)
            piece["stringValue"] = new
            changed |= new != text
        return changed

    def _take(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:
        self.text_seen += len(text)
        if not self._chain:
            return text
        if tail is None:
            return self._complete(channel, text, escape=escape)
        self._at.tails[channel] = tail
        return self._piece(channel, text, escape=escape)

    def _whole(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG002 - the form of `Take`
        return self._complete(channel, text, escape=escape) if self._chain else text

    def _rests(self, state: _Candidate, *, but: str = "") -> list[Node]:
        """The parts with what a candidate's texts hold back, all but one of them."""
        made = []
        for channel in [name for name in state.tails if name != but]:
            tail = state.tails.pop(channel)
            if rest := self._rest(channel):
                made.append(tail(rest))
        return made

    def _chunk(self, candidate: Node, own: Node | None = None) -> None:
        node: Node = {"candidates": [candidate]}
        node |= {name: self._template[name] for name in TEMPLATE if name in self._template}
        self._make({**node, "isthmus": own} if own else node)


def _channel(part: Node, prefix: str) -> str:
    """The channel that a part goes on with; nothing where it says something else, or only signs."""
    if not part.get("text"):
        return ""
    return f"{prefix}:reasoning" if part.get("thought") is True else f"{prefix}:content"
