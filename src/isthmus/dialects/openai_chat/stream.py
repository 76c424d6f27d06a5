"""A Chat Completions stream on its way to the client: texts through filters, everything else as it came."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.filters import Filters
from isthmus.dialects.openai_chat.answer import CHOICE_PROTOCOL, PROTOCOL
from isthmus.dialects.openai_chat.faults import error_event
from isthmus.dialects.openai_chat.fields import FIELDS
from isthmus.dialects.openai_chat.texts import change_texts
from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.dialects.sse import SseEvent
from isthmus.dialects.texts import Delta, Tail, change_member
from isthmus.errors import BrokenReplyError, IsthmusError

DONE = b"data: [DONE]\n\n"
TEMPLATE = ("id", "object", "created", "model", "system_fingerprint", "service_tier")
CHUNK_PROTOCOL = PROTOCOL | {"choices", "obfuscation", "x_groq"}
SPOKEN = CHOICE_PROTOCOL | {"delta", "message"}


class _Choice:
    """One choice: its channels that may hold text back, each with what makes its last delta.

    `known` are all channels so far, `now` those that the delta at hand has spoken in.
    """

    __slots__ = ("finish", "known", "now", "tails")

    def __init__(self) -> None:
        self.tails: dict[str, Tail] = {}
        self.known: set[str] = set()
        self.now: list[str] = []
        self.finish: str | None = None


class ChatStream(EventStream):
    """A chat stream; `show_usage`: the client asked for the usage chunk.

    `logprobs_dropped` counts the chunks whose text changed under their logprobs. A new channel flushes those before it,
    so that reasoning is whole before the content starts. What is attached comes in a chunk without choices.
    """

    __slots__ = ("_at", "_choices", "_show_usage", "_template", "logprobs_dropped")

    def __init__(
        self, filters: Filters = (), *, show_usage: bool = True, formatted: bool = False, seal: Seal | None = None
    ) -> None:
        super().__init__(filters, formatted=formatted, seal=seal)
        self._choices: dict[int, _Choice] = {}
        self._show_usage = show_usage
        self._template: dict[str, Any] = {}
        self._at = 0
        self.logprobs_dropped = 0

    def _end(self) -> None:
        if not self._choices or any(choice.finish is None for choice in self._choices.values()):
            raise BrokenReplyError("the stream ended before its finish")
        self._finish(DONE)

    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """The end of a stream that failed: what was held back, then the error in the dialect's own form."""
        self._close()
        self._done = True
        self._out.append(error_event(error, call_id=call_id, lang=lang))
        return self._take_out()

    def stop(self, ledger_id: str) -> bytes:
        """The end of a stream that may not go on: every open choice finishes as `content_filter`.

        What was held back is not released.
        """
        open_ = [number for number, choice in self._choices.items() if choice.finish is None]
        for number in open_ if self._choices else [0]:
            self._chunk([{"index": number, "delta": {}, "finish_reason": "content_filter"}], {"ledger_id": ledger_id})
        self._done = True
        self._out.append(DONE)
        self.finish = "content_filter"
        return self._take_out()

    def _event(self, event: SseEvent, data: str) -> None:
        if data.startswith("[DONE]"):
            self._finish(event.raw)
            return
        chunk = self._node(data)
        if chunk.get("error") or event.event == "error" or chunk.get("object") == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        changed = self._read(chunk)
        if self._show_usage or chunk.get("choices") or chunk.get("usage") is None:
            self._pass(event, chunk, changed=changed)

    def _read(self, chunk: dict[str, Any]) -> bool:
        usage = find_usage(chunk)
        if usage:
            self.usage = read_usage(usage)
        changed = False
        choices = chunk.get("choices")
        if choices:
            if type(choices) is not list:
                raise BrokenReplyError("the choices of the stream are no array")
            self._template = chunk
            for place, choice in enumerate(choices):
                changed |= self._choice(choice, place)
        if self._chain:
            for name in chunk.keys() - CHUNK_PROTOCOL:
                changed |= change_member(FIELDS, chunk, name, "0:other:", self._take)
        return changed

    def _choice(self, choice: Any, place: int) -> bool:
        if type(choice) is not dict:
            raise BrokenReplyError("a choice of the stream is no object")
        index = choice.get("index")
        self._at = number = index if type(index) is int else place
        state = self._choices.get(number)
        if state is None:
            state = self._choices[number] = _Choice()
        state.now.clear()
        changed = False
        field = "delta" if "delta" in choice else "message"
        delta = choice.get(field)
        if type(delta) is dict and delta:
            changed = change_texts(delta, str(number), self._take, formatted=self._formatted)
        if changed and choice.get("logprobs"):
            choice["logprobs"] = None
            self.logprobs_dropped += 1
        finish = choice.get("finish_reason")
        if finish:
            state.finish = self.finish = finish if type(finish) is str else "unknown"
            changed |= self._finish_choice(choice, number, state, field)
        if self._chain:
            for name in choice.keys() - SPOKEN:
                changed |= change_member(FIELDS, choice, name, f"{number}:other:", self._take)
        return changed

    def _take(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:
        self.text_seen += len(text)
        if not self._chain:
            return text
        if tail is None:
            return self._complete(channel, text, escape=escape)
        state = self._choices[self._at]
        if channel not in state.known:
            state.known.add(channel)
            if state.tails:
                self._flush(self._at, state, [name for name in state.tails if name not in state.now])
        state.now.append(channel)
        state.tails[channel] = tail
        return self._piece(channel, text, escape=escape)

    def _finish_choice(self, choice: dict[str, Any], number: int, state: _Choice, field: str) -> bool:
        """Flush a choice before its finish; texts of the finishing delta itself go out ahead of what they held back."""
        rests = self._rests(state, list(state.tails))
        if not rests:
            return False
        ahead = bool(state.now)
        if ahead:
            self._delta(number, choice[field])
            choice[field] = {}
        for delta in rests:
            self._delta(number, delta)
        return ahead

    def _flush(self, number: int, state: _Choice, channels: list[str]) -> None:
        for delta in self._rests(state, channels):
            self._delta(number, delta)

    def _rests(self, state: _Choice, channels: list[str]) -> list[Delta]:
        """The deltas that bring what channels of a choice held back."""
        rests = []
        for channel in channels:
            tail = state.tails.pop(channel)
            if rest := self._rest(channel):
                rests.append(tail(rest))
        return rests

    def _close(self) -> None:
        for number, state in self._choices.items():
            self._flush(number, state, list(state.tails))

    def _finish(self, last: bytes) -> None:
        self._close()
        if self._extra is not None:
            self._chunk([], self._extra())
        self._done = True
        self._out.append(last)

    def _delta(self, number: int, delta: Delta) -> None:
        self._chunk([{"index": number, "delta": delta, "finish_reason": None}])

    def _chunk(self, choices: list[dict[str, Any]], own: dict[str, Any] | None = None) -> None:
        chunk: dict[str, Any] = {name: self._template[name] for name in TEMPLATE if name in self._template}
        chunk.setdefault("object", "chat.completion.chunk")
        chunk["choices"] = choices
        if own:
            chunk["isthmus"] = own
        self._make(chunk)
