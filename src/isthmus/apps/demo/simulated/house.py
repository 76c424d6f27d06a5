"""One simulated ecosystem: its deployments behind one port, what they received, and their failures."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import msgspec

from isthmus.apps.demo.simulated import chunks, forms
from isthmus.apps.demo.simulated.answers import answer, identifiers
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.faults import FAULTS, Fault
from isthmus.apps.demo.simulated.received import Received
from isthmus.apps.demo.simulated.signing import thought_of
from isthmus.apps.demo.simulated.wire import END_OF_CHUNKS, EVENTS, STREAM_HEAD, Request, Wire

ELSEWHERE = "_elsewhere"  # where a redirect leads: nothing lawful ever arrives here
_TOKEN = re.compile(rb"[A-Za-z\x80-\xff]+-[0-9A-Z]{5,7}(?![0-9A-Za-z])")
_STREAM = re.compile(rb'"stream"\s*:\s*true')


class Desk:
    """One deployment at work: its row, what it received, the faults that are due."""

    def __init__(self, row: Simulated, keep: int) -> None:
        self.row = row
        self.count = 0
        self.left = 0  # clients that left before their answer was complete
        self.leaving = asyncio.Event()  # set when one does
        self.received: deque[Received] = deque(maxlen=keep)
        self.faults: deque[str] = deque(row.faults)

    def leave(self) -> None:
        """Note that a client left before its answer was complete."""
        self.left += 1
        self.leaving.set()

    def next_fault(self) -> Fault | None:
        """The fault that is due now; `always` keeps the one before it."""
        if not self.faults:
            return None
        name = self.faults[0]
        if len(self.faults) < 2 or self.faults[1] != "always":
            self.faults.popleft()
        return None if name == "none" else FAULTS[name]


class House:
    """The server of one ecosystem; `log` is told of each request before it is answered."""

    def __init__(
        self, rows: Iterable[Simulated], *, keep: int = 50, log: Callable[[str, Received], None] | None = None
    ) -> None:
        rows = tuple(rows)
        self.desks = {row.id: Desk(row, keep) for row in rows}
        self.desks[ELSEWHERE] = Desk(Simulated(id=ELSEWHERE, ecosystem="abroad", model="nobody"), keep)
        self.port = 0
        self._log = log
        self._server: asyncio.Server | None = None
        self._wires: set[Wire] = set()

    async def start(self, port: int = 0, *, host: str = "127.0.0.1") -> None:
        """Listen; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wire(self.serve, self._wires), host, port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and drop what is open."""
        if self._server is not None:
            self._server.close()
            for wire in list(self._wires):
                wire.close()
                await wire.lost.wait()
            await self._server.wait_closed()

    def serve(self, request: Request, wire: Wire) -> bytes | Coroutine[None, None, None]:
        """Answer one request: a whole answer at once, or a coroutine that writes it."""
        name, _, route = request.path[1:].partition("/")
        if name == "_control":
            return self._control(*route.partition("/")[::2], request)
        desk = self.desks.get(name)
        if desk is None:
            return _json(404, {"error": {"message": "no such simulated deployment", "code": "not_found"}})
        if request.method == "GET" and route.endswith("models"):
            return _json(200, {"object": "list", "data": [{"id": desk.row.model, "object": "model"}]})
        desk.count += 1
        received = Received(desk.count, request.path, request.head, request.body)
        desk.received.append(received)
        if self._log is not None:
            self._log(name, received)
        fault = desk.next_fault()
        if fault is None and desk.row.canned:
            return self._canned(desk, received, wire)
        return self._answer(desk, received, fault, wire)

    def _canned(self, desk: Desk, received: Received, wire: Wire) -> bytes | Coroutine[None, None, None]:
        data = received.body
        if b"\\u" in data:
            data = msgspec.json.encode(msgspec.json.decode(data))
        tokens = b", ".join(dict.fromkeys(_TOKEN.findall(data)[:4])).decode("utf-8", "replace")
        text = f"Simulated answer for {tokens or 'nobody'}."
        if _STREAM.search(received.body):
            return _paced(desk, received.number, text, wire)
        data = _CANNED % (received.number, json.dumps(text, ensure_ascii=False).encode(), len(received.body) // 4)
        if desk.row.latency_s:
            return _later(desk.row.latency_s, _head(200, len(data)) + data, wire)
        return _head(200, len(data)) + data

    async def _answer(self, desk: Desk, received: Received, fault: Fault | None, wire: Wire) -> None:
        try:
            await asyncio.sleep(desk.row.latency_s + (fault.wait_s if fault else 0))
            if fault is not None and fault.head is not None:
                elsewhere = f"http://127.0.0.1:{self.port}/{ELSEWHERE}/v1/chat/completions"
                wire.write(fault.head.replace(b"{elsewhere}", elsewhere.encode()))
            else:
                await self._speak(desk.row, received, fault or Fault(None, share=1.0), wire)
            if fault is not None:
                await _end(fault, wire)
        except asyncio.CancelledError:
            desk.leave()

    async def _speak(self, row: Simulated, received: Received, fault: Fault, wire: Wire) -> None:
        try:
            body = msgspec.json.decode(received.body)
            assert isinstance(body, dict)
        except (msgspec.DecodeError, AssertionError):
            wire.write(
                _json(400, {"error": {"message": "the body is no JSON object", "type": "invalid_request_error"}})
            )
            return
        if (other := forms.said(received, row, body)) is not None:
            if other.pieces:
                await _stream(row, fault, other.pieces, wire, media=other.media)
            else:
                _whole(other.status, other.data, fault, wire)
            return
        spoken = answer(body, row.manner, ascii_json=row.ascii_json)
        if body.get("reasoning_effort") not in (None, "none"):
            said = "\n".join(str(message.get("content")) for message in body.get("messages", ()))
            spoken = spoken._replace(thought=thought_of(identifiers(said)))
        if fault.says:
            spoken = spoken._replace(text=fault.says)
        choices = body["n"] if isinstance(body.get("n"), int) else 1
        if not body.get("stream"):
            data = chunks.whole(row, received.number, spoken, received.body, choices=choices)
            _whole(200, data, fault, wire)
            return
        shown = bool((body.get("stream_options") or {}).get("include_usage"))
        events = chunks.events(row, received.number, spoken, received.body, show_usage=shown, choices=choices)
        await _stream(row, fault, tuple(chunks.written(events, row.write)), wire)

    def _control(self, name: str, what: str, request: Request) -> bytes:
        desk = self.desks.get(name)
        if desk is None:
            return _json(404, {"error": "no such simulated deployment"})
        if what == "faults" and request.method == "POST":
            desk.faults = deque(json.loads(request.body))
        if what == "received":
            bodies = [
                {"number": r.number, "path": r.path, "body": r.body.decode("utf-8", "replace")} for r in desk.received
            ]
            return _json(200, bodies)
        return _json(200, {"count": desk.count, "left": desk.left, "faults": list(desk.faults)})


def _whole(status: int, data: bytes, fault: Fault, wire: Wire) -> None:
    share = int((len(data) + 120) * fault.share) if fault.share < 1 else None
    wire.write((_head(status, len(data)) + data)[:share])


async def _stream(
    row: Simulated, fault: Fault, pieces: tuple[bytes, ...], wire: Wire, *, media: bytes = EVENTS
) -> None:
    wire.write(STREAM_HEAD.replace(EVENTS, media))
    for piece in pieces[: int(len(pieces) * fault.share)]:
        wire.write_chunk(piece)
        await asyncio.sleep(row.gap_s if piece.endswith(b"\n\n") or row.write == (0,) else 0)
    if fault.share == 1:
        wire.write(END_OF_CHUNKS)


_CANNED = (
    b'{"id":"chatcmpl-sim-%d","object":"chat.completion","created":1790000000,"model":"load (simulated)",'
    b'"system_fingerprint":"simulated","choices":[{"index":0,"message":{"role":"assistant","content":%b},'
    b'"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":8,"total_tokens":8}}'
)


async def _later(seconds: float, data: bytes, wire: Wire) -> None:
    await asyncio.sleep(seconds)
    wire.write(data)


async def _paced(desk: Desk, number: int, text: str, wire: Wire) -> None:
    """A stream of equal events, each with the monotonic time it was sent, so that added delay can be measured."""
    row = desk.row
    try:
        await asyncio.sleep(row.latency_s)
        wire.write(STREAM_HEAD)
        start = time.monotonic()
        for at in range(row.events):
            if at and row.gap_s:
                await asyncio.sleep(max(0.0, start + at * row.gap_s - time.monotonic()))
            word = text if at == 0 else f" tick {at}"
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            wire.write_chunk(_load_event(number, [choice], sent_ns=time.monotonic_ns()))
        wire.write_chunk(_load_event(number, [{"index": 0, "delta": {}, "finish_reason": "stop"}]))
        counted = {"prompt_tokens": 100, "completion_tokens": row.events, "total_tokens": 100 + row.events}
        wire.write_chunk(_load_event(number, [], usage=counted) + b"data: [DONE]\n\n")
        wire.write(END_OF_CHUNKS)
    except asyncio.CancelledError:
        desk.leave()


def _load_event(number: int, choices: list[Any], **more: Any) -> bytes:
    head = {"id": f"chatcmpl-sim-{number}", "object": "chat.completion.chunk", "created": 1_790_000_000}
    value = {**head, "model": "load (simulated)", "system_fingerprint": chunks.FINGERPRINT, "choices": choices, **more}
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


async def _end(fault: Fault, wire: Wire) -> None:
    if fault.stall:
        await wire.lost.wait()
    elif fault.end == "reset":
        wire.reset()
    elif fault.end == "close":
        wire.close()


def _head(status: int, length: int) -> bytes:
    return b"HTTP/1.1 %d OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, length)


def _json(status: int, value: Any) -> bytes:
    data = json.dumps(value, ensure_ascii=False).encode()
    return _head(status, len(data)) + data
