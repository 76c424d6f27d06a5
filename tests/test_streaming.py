"""A streamed answer: when it starts, and that in every ending its send and its connection are closed once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from isthmus.dialects.known import DIALECTS
from isthmus.dialects.openai_chat import ChatStream
from isthmus.errors import BrokenReplyError, LedgerError, UpstreamTimeoutError
from isthmus.streaming import StreamedAnswer


def event(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return (
        b"data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"
    )


DONE = b"data: [DONE]\n\n"
COMMENT = b": keep-alive\n\n"
WHOLE = (event("one "), event("two"), event("", "stop"), DONE)


class Source:
    """What comes from a deployment: pieces, then perhaps an error or a silence that never ends."""

    def __init__(self, *pieces: bytes, error: Exception | None = None, silent: bool = False) -> None:
        self._pieces, self._error, self._silent = pieces, error, silent
        self.closed = 0
        self.closing = asyncio.Event()
        self.may_close = asyncio.Event()
        self.may_close.set()

    @property
    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._error is not None:
            raise self._error
        if self._silent:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed += 1
        self.closing.set()
        await self.may_close.wait()


class Endings:
    """What an answer said of its end."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, outcome: str) -> None:
        await asyncio.sleep(0)
        self.told.append(outcome)


def streamed(source: Source) -> tuple[StreamedAnswer, Endings]:
    endings = Endings()
    return StreamedAnswer(source, ChatStream(), endings), endings


async def read(answer: StreamedAnswer) -> list[bytes]:
    return [piece async for piece in answer]


async def test_a_whole_stream_comes_as_it_was_and_ends_answered_once() -> None:
    source = Source(*WHOLE)
    answer, endings = streamed(source)
    await answer.start()
    assert endings.told == []
    assert b"".join(await read(answer)) == b"".join(WHOLE)
    await answer.aclose()
    assert (endings.told, source.closed) == (["answered"], 1)


async def test_it_starts_with_the_first_bytes_for_the_client() -> None:
    """Half an event is none, and no empty piece reaches the client."""
    data = b"".join(WHOLE)
    answer, _ = streamed(Source(*(data[at : at + 1] for at in range(len(data)))))
    await answer.start()
    pieces = await read(answer)
    assert all(pieces)
    assert b"".join(pieces) == data
    assert pieces[0] == WHOLE[0]


def sse(**node: Any) -> bytes:
    return b"data: " + json.dumps(node).encode() + b"\n\n"


MESSAGE = {"id": "m", "type": "message", "role": "assistant", "model": "x", "content": [], "usage": {}}
RESPONSE = {"id": "r", "object": "response", "status": "in_progress", "output": []}
ITEM = {"type": "message", "id": "i", "role": "assistant", "content": []}
# in each dialect how an answer opens, and the first event with content
OPENINGS: dict[str, tuple[list[bytes], bytes]] = {
    "openai_chat": (
        [sse(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])],
        event("one"),
    ),
    "openai_responses": (
        [
            sse(type="response.created", response=RESPONSE, sequence_number=0),
            sse(type="response.in_progress", response=RESPONSE, sequence_number=1),
            sse(type="response.output_item.added", output_index=0, item=ITEM, sequence_number=2),
        ],
        sse(type="response.output_text.delta", output_index=0, content_index=0, delta="one", sequence_number=3),
    ),
    "anthropic": (
        [
            sse(type="message_start", message=MESSAGE),
            sse(type="ping"),
            sse(type="content_block_start", index=0, content_block={"type": "text", "text": ""}),
        ],
        sse(type="content_block_delta", index=0, delta={"type": "text_delta", "text": "one"}),
    ),
    "gemini": (
        [sse(candidates=[{"content": {"role": "model", "parts": [{"text": ""}]}, "index": 0}])],
        sse(candidates=[{"content": {"role": "model", "parts": [{"text": "one"}]}, "index": 0}]),
    ),
}


@pytest.mark.parametrize("dialect", OPENINGS)
async def test_comments_and_the_opening_of_an_answer_are_no_start(dialect: str) -> None:
    """What fails behind them can still be asked of another deployment; they come before the first content."""
    opening, content = OPENINGS[dialect]
    failing = Source(COMMENT, *opening, COMMENT, error=BrokenReplyError("it broke off"))
    with pytest.raises(BrokenReplyError):
        await StreamedAnswer(failing, DIALECTS[dialect].stream(), Endings()).start()
    answer = StreamedAnswer(Source(COMMENT, *opening, content, silent=True), DIALECTS[dialect].stream(), Endings())
    await answer.start()
    assert await anext(answer) == b"".join((COMMENT, *opening, content))
    await answer.aclose()


async def test_a_long_silence_is_no_silence_for_the_client() -> None:
    """It would hang up on a connection that says nothing, as would what stands between."""
    answer = StreamedAnswer(Source(COMMENT, silent=True), ChatStream(), Endings(), quiet_s=0)
    await answer.start()
    assert await anext(answer) == COMMENT
    await answer.aclose()


@pytest.mark.parametrize("pieces", [WHOLE, (b"".join(WHOLE),)])
async def test_a_client_that_hangs_up_at_the_last_event_has_its_answer(pieces: tuple[bytes, ...]) -> None:
    """As every SDK does: the deployment's connection may end later, or never."""
    source = Source(*pieces, silent=True)
    answer, endings = streamed(source)
    await answer.start()
    got = b""
    while not got.endswith(DONE):
        got += await anext(answer)
    await answer.aclose()
    assert (endings.told, source.closed) == (["answered"], 1)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (Source, BrokenReplyError),
        (lambda: Source(b"<html>"), BrokenReplyError),
        (lambda: Source(error=UpstreamTimeoutError("too slow")), UpstreamTimeoutError),
        (lambda: Source(WHOLE[0][:20], error=UpstreamTimeoutError("too slow")), UpstreamTimeoutError),
    ],
)
async def test_what_fails_before_the_first_bytes_raises_so_that_another_can_be_tried(source, error) -> None:
    answer, endings = streamed(source())
    with pytest.raises(error):
        await answer.start()
    assert endings.told == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamTimeoutError("too slow"), "upstream_timeout"),
        (BrokenReplyError("it broke off"), "upstream_broken_reply"),
        (LedgerError("the disk is full"), "ledger_unavailable"),
        (None, "upstream_broken_reply"),
    ],
)
async def test_what_fails_in_mid_stream_ends_in_the_dialects_own_form(error: Exception | None, code: str) -> None:
    """What came before is there, then the error, and nothing that looks like a good end."""
    source = Source(*WHOLE[:2], error=error)
    answer, endings = streamed(source)
    await answer.start()
    pieces = b"".join(await read(answer))
    assert pieces.startswith(b"".join(WHOLE[:2]))
    last = json.loads(pieces.strip().rsplit(b"data: ", 1)[1])
    assert last["error"]["code"] == code
    assert DONE not in pieces
    assert (endings.told, source.closed) == ([code], 1)


@pytest.mark.parametrize("pieces", [0, 1, 2])
async def test_a_client_that_leaves(pieces: int) -> None:
    """Before it read anything, or in the middle: nothing more is read, and the end is told without an outcome."""
    source = Source(*WHOLE[:2], silent=True)
    answer, endings = streamed(source)
    await answer.start()
    for _ in range(pieces):
        await anext(answer)
    await answer.aclose()
    await answer.aclose()
    assert (endings.told, source.closed) == ([""], 1)


async def test_a_client_that_leaves_while_nothing_comes() -> None:
    source = Source(*WHOLE[:1], silent=True)
    answer, endings = streamed(source)
    await answer.start()
    reading = asyncio.create_task(read(answer))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await answer.aclose()
    assert (endings.told, source.closed) == ([""], 1)


async def test_a_client_that_leaves_while_the_connection_is_given_back() -> None:
    """The last event was sent, the client hangs up, the task is cancelled in between: the end is told all the same."""
    source = Source(*WHOLE)
    source.may_close.clear()
    answer, endings = streamed(source)
    await answer.start()
    reading = asyncio.create_task(read(answer))
    await source.closing.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await answer.aclose()
    assert endings.told == ["answered"]
