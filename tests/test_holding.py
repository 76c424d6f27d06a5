"""A held reply: what is released stands a window behind what was seen, at every cut of the stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from isthmus.dialects.event_stream import KEEP_ALIVE
from isthmus.dialects.openai_chat import ChatStream
from isthmus.errors import BrokenReplyError, WithheldError
from isthmus.exchange import Finding, Part, Scan, Slot
from isthmus.holding import WINDOW, HeldReply, Seen
from isthmus.streaming import StreamedAnswer

SECRET = "13987654321"
DONE = b"data: [DONE]\n\n"


def event(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c", "choices": [choice]}).encode() + b"\n\n"


class Source:
    """Pieces as they come, then perhaps an error; `came` is how many were asked for."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self._pieces, self._error = pieces, error
        self.came = 0
        self.closed = 0

    @property
    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.came += 1
            yield piece
        if self._error is not None:
            raise self._error

    async def aclose(self) -> None:
        self.closed += 1


async def look(slots: tuple[Slot, ...]) -> Scan:
    """Finds the secret, and half of it at the end of a text, which is what a scan can mistake for something else."""
    rows = []
    for slot in slots:
        for value in (SECRET, SECRET[:8]):
            at = slot.text.find(value)
            if at >= 0 and (value == SECRET or slot.text.endswith(value)):
                part = Part(pointer=slot.pointer, start=at, end=at + len(value))
                rows.append(Finding(kind="x", parts=(part,), strength="certain", check="none", value=value))
    return Scan(findings=tuple(rows))


async def refuse(seen: Scan) -> None:
    if seen.findings:
        assert [row.value for row in seen.findings] == [SECRET], "half a finding is none while more can come"
        raise WithheldError("no", ledger_id="x")


async def allow(_: Scan) -> None:
    pass


def held(source: Source, settle=refuse) -> HeldReply:
    seen = Seen()
    return HeldReply(source, ChatStream((seen,)), seen, look, settle)


async def gather(reply: HeldReply, released: list[bytes]) -> None:
    async for piece in reply.chunks:
        released += [piece] if piece else []


def text_of(data: bytes) -> str:
    lines = [line[6:] for line in data.decode().split("\n") if line.startswith("data: {")]
    return "".join(json.loads(line)["choices"][0]["delta"]["content"] for line in lines)


async def test_what_is_released_is_what_came() -> None:
    pieces = (*(event("one two " * 20) for _ in range(9)), event("", "stop"), DONE)
    source = Source(*pieces)
    assert [piece async for piece in held(source).chunks if piece] == list(pieces)


async def test_a_window_stays_behind() -> None:
    """As soon as it is full, and no later."""
    source = Source(*(event("x" * 10) for _ in range(200)), event("", "stop"), DONE)
    released, gaps = 0, []
    async for piece in held(source).chunks:
        released += len(text_of(piece))
        if piece and source.came < 200:
            gaps.append(source.came * 10 - released)
    assert min(gaps) == WINDOW - WINDOW % 10 + 10
    assert released == 2000


@pytest.mark.parametrize("before", [0, 3, 255, 256, 257, 700])
@pytest.mark.parametrize("size", [1, 2, 5, 7, 100])
async def test_nothing_of_what_is_withheld_was_released_at_any_cut(before: int, size: int) -> None:
    text = "y" * before + SECRET + "z" * 400
    pieces = [event(text[at : at + size]) for at in range(0, len(text), size)]
    released: list[bytes] = []
    with pytest.raises(WithheldError):
        await gather(held(Source(*pieces, event("", "stop"), DONE)), released)
    said = text_of(b"".join(released))
    assert said == text[: len(said)]
    assert len(said) <= before


async def test_at_the_end_nothing_is_left_unseen() -> None:
    with pytest.raises(WithheldError):
        _ = [piece async for piece in held(Source(event(SECRET), event("", "stop"), DONE)).chunks]
    with pytest.raises(WithheldError):
        _ = [piece async for piece in held(Source(event(SECRET), error=BrokenReplyError("off"))).chunks]


async def test_an_answer_that_is_done_waits_for_no_end_of_the_connection() -> None:
    pieces = (event("short"), event("", "stop"), DONE)
    source = Source(*pieces, error=AssertionError("nobody asked for more"))
    chunks = held(source, allow).chunks
    got: list[bytes] = []
    while len(got) < len(pieces):
        got += [piece for piece in [await anext(chunks)] if piece]
    assert got == list(pieces)


async def test_what_broke_off_comes_and_then_the_fault() -> None:
    got: list[bytes] = []
    with pytest.raises(BrokenReplyError):
        await gather(held(Source(event("half"), error=BrokenReplyError("off")), allow), got)
    assert got == [event("half")]


async def test_the_client_is_kept_waiting_in_silence_no_longer_than_it_bears() -> None:
    """While a window fills slowly, its connection is kept alive; nothing of the text is in that."""
    source = Source(*(event("y") for _ in range(5)), event("", "stop"), DONE)
    answer = StreamedAnswer(held(source, allow), ChatStream(), ended, quiet_s=0)
    await answer.start()
    pieces = [piece async for piece in answer]
    assert pieces[:5] == [KEEP_ALIVE] * 5
    assert text_of(b"".join(pieces)) == "yyyyy"


async def ended(outcome: str) -> None:
    assert outcome == "answered"
