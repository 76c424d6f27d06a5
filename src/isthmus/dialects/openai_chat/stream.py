"""A Chat Completions stream on its way to the client: texts through filters, everything else as it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from isthmus.dialects.filters import Filters, chain
from isthmus.dialects.lenient_json import LONE, read, repaired, whole
from isthmus.dialects.openai_chat.answer import CHOICE_PROTOCOL, PROTOCOL
from isthmus.dialects.openai_chat.faults import error_event
from isthmus.dialects.openai_chat.texts import Delta, Tail, change_member, change_texts
from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.dialects.sse import SseEvent, SseParser, encode_bytes
from isthmus.errors import BrokenReplyError, IsthmusError
from isthmus.exchange import Usage

DONE = b"data: [DONE]\n\n"
KEEP_ALIVE = b":\n\n"
TEMPLATE = ("id", "object", "created", "model", "system_fingerprint", "service_tier")
CHUNK_PROTOCOL = PROTOCOL | {"choices", "obfuscation", "x_groq"}
SPOKEN = CHOICE_PROTOCOL | {"delta", "message"}
_encode = msgspec.json.Encoder().encode


class _Choice:
    """One choice: its channels that may hold text back, each with what makes its last delta.

    `known` are all channels so far, `now` those that the delta at hand has spoken in, `halves` the first half of a
    surrogate pair that a vendor cut in two.
    """

    __slots__ = ("finish", "halves", "known", "now", "tails")

    def __init__(self) -> None:
        self.tails: dict[str, Tail] = {}
        self.known: set[str] = set()
        self.now: list[str] = []
        self.halves: dict[str, str] = {}
        self.finish: str | None = None


class ChatStream:
    """Bytes of a deployment in, bytes for the client out; an event that no filter changes keeps its bytes.

    `show_usage`: the client asked for the usage chunk. `formatted`: the content is JSON text. `text_seen` counts the
    code points of all texts that the deployment sent, `logprobs_dropped` the chunks whose text changed under their
    logprobs. A new channel flushes those before it, so that reasoning is whole before the content starts.
    """

    __slots__ = (
        "_at",
        "_chain",
        "_choices",
        "_done",
        "_extra",
        "_failure",
        "_formatted",
        "_lone",
        "_out",
        "_parser",
        "_show_usage",
        "_template",
        "finish",
        "logprobs_dropped",
        "text_seen",
        "usage",
    )

    def __init__(self, filters: Filters = (), *, show_usage: bool = True, formatted: bool = False) -> None:
        self._chain = chain(filters)
        self._parser = SseParser()
        self._choices: dict[int, _Choice] = {}
        self._show_usage = show_usage
        self._formatted = formatted
        self._extra: Callable[[], dict[str, Any]] | None = None
        self._template: dict[str, Any] = {}
        self._failure: BrokenReplyError | None = None
        self._done = False
        self._lone = False
        self._out: list[bytes] = []
        self._at = 0
        self.usage = Usage()
        self.finish: str | None = None
        self.text_seen = 0
        self.logprobs_dropped = 0

    @property
    def done(self) -> bool:
        """Whether the deployment said that nothing more comes."""
        return self._done

    def attach(self, make: Callable[[], dict[str, Any]]) -> None:
        """Send what `make` gives as `isthmus` in a chunk without choices, last before `[DONE]`."""
        self._extra = make

    def feed(self, data: bytes) -> bytes:
        """What the client may have now; raises `BrokenReplyError` once all before the fault was given out."""
        if self._failure is not None:
            raise self._failure
        try:
            for event in self._parser.feed(data):
                self._event(event)
        except BrokenReplyError as error:
            self._failure = error
            if not self._out:
                raise
        return self._take_out()

    def end(self) -> bytes:
        """The rest after the last byte; raises `BrokenReplyError` where neither a finish nor `[DONE]` came."""
        if self._failure is not None:
            raise self._failure
        for event in self._parser.close():
            self._event(event)
        if not self._done:
            if not self._choices or any(choice.finish is None for choice in self._choices.values()):
                raise BrokenReplyError("the stream ended before its finish")
            self._finish(DONE)
        return self._take_out()

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

    def _take_out(self) -> bytes:
        out, self._out = self._out, []
        return out[0] if len(out) == 1 else b"".join(out)

    def _event(self, event: SseEvent) -> None:
        data = event.data
        if self._done:
            return
        if not data:
            self._silence(event)
            return
        if data.startswith("[DONE]"):
            self._finish(event.raw)
            return
        chunk = self._chunk_of(data)
        if chunk.get("error") or event.event == "error" or chunk.get("object") == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        changed = self._read(chunk)
        if not self._show_usage and not chunk.get("choices") and chunk.get("usage") is not None:
            return
        if changed or (self._lone and self._chain):
            chunk = repaired(chunk) if self._lone else chunk
            self._out.append(encode_bytes(_encode(chunk), event.event, event.id))
        else:
            self._out.append(event.raw)

    def _silence(self, event: SseEvent) -> None:
        """An event without data: a comment keeps the connection open; its text is not for the client."""
        if not self._chain and not event.raw.strip(b"\r\n"):
            self._out.append(event.raw)
        elif event.raw.lstrip(b"\r\n").startswith(b":"):
            self._out.append(KEEP_ALIVE if self._chain else event.raw)

    def _chunk_of(self, data: str) -> dict[str, Any]:
        try:
            chunk, careless = read(data)
        except ValueError:
            raise BrokenReplyError("an event of the stream is not JSON") from None
        self._lone = self._lone or careless
        if type(chunk) is not dict:
            raise BrokenReplyError("an event of the stream is no JSON object")
        return chunk

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
                changed |= change_member(chunk, name, "0:other:", self._take)
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
                changed |= change_member(choice, name, f"{number}:other:", self._take)
        return changed

    def _take(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:
        self.text_seen += len(text)
        if not self._chain:
            return text
        if tail is None:
            return self._chain.whole(channel, whole(text) if self._lone else text, escape=escape)
        state = self._choices[self._at]
        if channel not in state.known:
            state.known.add(channel)
            if state.tails:
                self._flush(self._at, state, [name for name in state.tails if name not in state.now])
        state.now.append(channel)
        state.tails[channel] = tail
        if self._lone:
            text = _joined(state.halves, channel, text)
        return self._chain.feed(channel, text, escape=escape)

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
            lost = "\ufffd" if state.halves.pop(channel, "") else ""
            rest = (self._chain.feed(channel, lost, escape=False) if lost else "") + self._chain.flush(channel)
            if rest:
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
        self._out.append(b"data: %b\n\n" % _encode(repaired(chunk) if self._lone else chunk))


def _joined(halves: dict[str, str], channel: str, text: str) -> str:
    """The text of a channel with surrogate pairs joined across chunks; a first half at its end waits."""
    text = halves.pop(channel, "") + text
    if text and "\ud800" <= text[-1] <= "\udbff":
        halves[channel] = text[-1]
        text = text[:-1]
    return whole(text) if LONE.search(text) else text
