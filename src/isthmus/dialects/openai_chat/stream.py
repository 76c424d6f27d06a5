"""A Chat Completions stream on its way to the client: texts through filters, everything else as it came."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from isthmus.dialects.filters import Filters, chain
from isthmus.dialects.openai_chat.answer import CHOICE_PROTOCOL, PROTOCOL, without_surrogates
from isthmus.dialects.openai_chat.faults import error_event
from isthmus.dialects.openai_chat.texts import Tail, change_others, change_texts
from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.dialects.sse import SseEvent, SseParser, encode_bytes
from isthmus.errors import BrokenReplyError, IsthmusError
from isthmus.exchange import Usage

DONE = b"data: [DONE]\n\n"
KEEP_ALIVE = b":\n\n"
TEMPLATE = ("id", "object", "created", "model", "system_fingerprint", "service_tier")
CHUNK_PROTOCOL = PROTOCOL | {"choices", "obfuscation", "x_groq"}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class _Choice:
    """One choice of the stream: its open channels in order, each with what makes its last delta."""

    __slots__ = ("finish", "known", "tails")

    def __init__(self) -> None:
        self.tails: dict[str, Tail] = {}
        self.known: set[str] = set()
        self.finish: str | None = None


class ChatStream:
    """Bytes of a deployment in, bytes for the client out; an event that no filter changes keeps its bytes.

    `show_usage`: the client asked for the usage chunk. `formatted`: the content is JSON text. `extra` stands under
    `isthmus` in the first chunk. `text_seen` counts the code points of all texts that the deployment sent.
    """

    __slots__ = (
        "_chain",
        "_choices",
        "_done",
        "_extra",
        "_failure",
        "_formatted",
        "_halves",
        "_out",
        "_parser",
        "_prefix",
        "_show_usage",
        "_template",
        "finish",
        "logprobs_dropped",
        "text_seen",
        "usage",
    )

    def __init__(
        self,
        filters: Filters = (),
        *,
        show_usage: bool = True,
        formatted: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self._chain = chain(filters)
        self._parser = SseParser()
        self._choices: dict[int, _Choice] = {}
        self._show_usage = show_usage
        self._formatted = formatted
        self._extra = extra
        self._template: dict[str, Any] = {}
        self._failure: BrokenReplyError | None = None
        self._done = False
        self._out: list[bytes] = []
        self._prefix = 0
        self._halves: dict[str, str] = {}
        self.usage = Usage()
        self.finish: str | None = None
        self.text_seen = 0
        self.logprobs_dropped = 0

    @property
    def done(self) -> bool:
        """Whether the deployment said that nothing more comes."""
        return self._done

    def feed(self, data: bytes) -> bytes:
        """What the client may have now; raises `BrokenReplyError` once all before the fault was given out."""
        if self._failure is not None:
            raise self._failure
        try:
            for event in self._parser.feed(data):
                self._event(event)
        except BrokenReplyError as error:
            return self._fail(error)
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
            self._close()
            self._out.append(DONE)
        return self._take_out()

    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """The end of a stream that failed: what was held back, then the error in the dialect's own form."""
        self._close()
        self._out.append(error_event(error, call_id=call_id, lang=lang))
        return self._take_out()

    def stop(self, ledger_id: str) -> bytes:
        """The end of a stream that may not go on: every open choice finishes as `content_filter`.

        What was held back is not released.
        """
        open_ = [index for index, choice in self._choices.items() if choice.finish is None] or [0]
        for index in open_:
            self._chunk(index, {}, "content_filter", {"ledger": ledger_id})
        self._done = True
        self._out.append(DONE)
        self.finish = "content_filter"
        return self._take_out()

    def _fail(self, error: BrokenReplyError) -> bytes:
        self._failure = error
        if not self._out:
            raise error
        return self._take_out()

    def _take_out(self) -> bytes:
        out, self._out = self._out, []
        return out[0] if len(out) == 1 else b"".join(out)

    def _event(self, event: SseEvent) -> None:
        data = event.data
        if self._done:
            return
        if not data:
            self._out.append(event.raw if not self._chain else KEEP_ALIVE)
            return
        if data.startswith("[DONE]"):
            self._close()
            self._done = True
            self._out.append(DONE if event.raw[-1:] not in (b"\n", b"\r") else event.raw)
            return
        chunk, repaired = _chunk_of(data)
        if chunk.get("error"):
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        changed = self._read(chunk) or repaired
        if self._extra is not None:
            chunk["isthmus"], self._extra, changed = self._extra, None, True
        if not self._show_usage and not chunk.get("choices") and chunk.get("usage") is not None:
            return
        self._out.append(encode_bytes(_encode(chunk), event.event, event.id) if changed else event.raw)

    def _read(self, chunk: dict[str, Any]) -> bool:
        usage = find_usage(chunk)
        if usage:
            self.usage = read_usage(usage)
        changed = False
        choices = chunk.get("choices")
        if choices:
            self._template = chunk
            for place, choice in enumerate(choices):
                changed |= self._choice(choice, place)
        if self._chain:
            for name in chunk.keys() - CHUNK_PROTOCOL:
                value = chunk[name]
                if value and type(value) in (str, dict, list):
                    box = {name: value}
                    if change_others(box, name, "0:other:", self._take):
                        chunk[name] = box[name]
                        changed = True
        return changed

    def _choice(self, choice: Any, place: int) -> bool:
        if type(choice) is not dict:
            raise BrokenReplyError("a choice of the stream is no object")
        index = choice.get("index")
        number = index if type(index) is int else place
        state = self._choices.get(number)
        if state is None:
            state = self._choices[number] = _Choice()
        self._prefix = number
        changed = False
        for field in ("delta", "message"):
            delta = choice.get(field)
            if type(delta) is dict and delta:
                changed |= change_texts(delta, str(number), self._take, formatted=self._formatted)
        finish = choice.get("finish_reason")
        if finish:
            state.finish = self.finish = finish if type(finish) is str else "unknown"
            self._flush(number, state)
        if changed and choice.get("logprobs"):
            choice["logprobs"] = None
            self.logprobs_dropped += 1
        if self._chain and len(choice) > 3:
            for name in choice.keys() - CHOICE_PROTOCOL - {"delta", "message"}:
                value = choice[name]
                if value and type(value) in (str, dict, list):
                    changed |= change_others({name: value}, name, f"{number}:other:", self._take)
        return changed

    def _take(self, channel: str, text: str, escape: bool, tail: Tail | None) -> str:  # noqa: FBT001 - the form of `Take`
        self.text_seen += len(text)
        if not self._chain:
            return text
        if tail is None:
            return self._chain.whole(channel, text, escape=escape)
        state = self._choices[self._prefix]
        if channel not in state.known:
            if state.tails:
                self._flush(self._prefix, state)
            state.known.add(channel)
        state.tails[channel] = tail
        return self._chain.feed(channel, text, escape=escape)

    def _flush(self, index: int, state: _Choice) -> None:
        """Chunks with what the channels of a choice still hold back."""
        for channel, tail in state.tails.items():
            rest = self._chain.flush(channel)
            if rest:
                self._chunk(index, tail(rest))
        state.tails.clear()

    def _close(self) -> None:
        for index, state in self._choices.items():
            self._flush(index, state)

    def _chunk(
        self, index: int, delta: dict[str, Any], finish: str | None = None, own: dict[str, Any] | None = None
    ) -> None:
        chunk = {name: self._template[name] for name in TEMPLATE if name in self._template}
        chunk.setdefault("object", "chat.completion.chunk")
        chunk["choices"] = [{"index": index, "delta": delta, "finish_reason": finish}]
        if own:
            chunk["isthmus"] = own
        self._out.append(b"data: %b\n\n" % _encode(chunk))


def _chunk_of(data: str) -> tuple[dict[str, Any], bool]:
    repaired = False
    try:
        chunk = _decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            chunk, repaired = without_surrogates(json.loads(data)), True
        except (ValueError, RecursionError):
            raise BrokenReplyError("an event of the stream is not JSON") from None
    if type(chunk) is not dict:
        raise BrokenReplyError("an event of the stream is no JSON object")
    if not isinstance(chunk.get("choices", []), list | None):
        raise BrokenReplyError("the choices of the stream are no array")
    return chunk, repaired
