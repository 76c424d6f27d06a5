"""A simulated provider for benches: echoes the last message, whole or as a paced stream; notes what it received.

RSGI, so that it is never what is measured. `ISTHMUS_BENCH_NOTES` names a file: of each request to `/abroad/` one line
is written there before the answer, with what the text names after `ticket:`. Paths: `/abroad/...`, `/home/...`; a
stream has EVENTS events, PACE_S apart, whose `id` is the monotonic time at which each was sent.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from typing import Any

import msgspec

EVENTS = int(os.environ.get("ISTHMUS_BENCH_EVENTS", "100"))
PACE_S = float(os.environ.get("ISTHMUS_BENCH_PACE", "0.02"))
NOTES = os.environ.get("ISTHMUS_BENCH_NOTES", "")
TICKET = re.compile(r"ticket:([0-9a-z-]+)")
JSON = [("content-type", "application/json")]
SSE = [("content-type", "text/event-stream")]
encode, decode = msgspec.json.encode, msgspec.json.decode


class Upstream:
    """The application that granian serves."""

    def __init__(self) -> None:
        self._notes = os.open(NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if NOTES else -1

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.method != "POST":
            protocol.response_bytes(200, JSON, b"{}")
            return
        body = decode(await protocol())
        text = body["messages"][-1]["content"]
        if self._notes >= 0 and scope.path.startswith("/abroad/") and (found := TICKET.search(text)):
            os.write(self._notes, f"{found[1]}\n".encode())
        if body.get("stream"):
            await self._stream(body, text, protocol)
            return
        message = {"role": "assistant", "content": text}
        answer = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 300, "completion_tokens": 300, "total_tokens": 600},
        }
        protocol.response_bytes(200, JSON, encode(answer))

    async def _stream(self, body: Any, text: str, protocol: Any) -> None:
        transport = protocol.response_stream(200, SSE)
        words = text.split() or [text]
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number in range(EVENTS):
            await asyncio.sleep(max(0.0, start + number * PACE_S - loop.time()))
            delta = {"content": f"{words[number % len(words)]} "}
            await transport.send_bytes(_event(body["model"], {"index": 0, "delta": delta}))
        await transport.send_bytes(_event(body["model"], {"index": 0, "delta": {}, "finish_reason": "stop"}))
        await transport.send_bytes(b"data: [DONE]\n\n")


def _event(model: str, choice: dict[str, Any]) -> bytes:
    """One event of a stream, with the time at which it is sent."""
    now = time.monotonic_ns()
    chunk = {"id": f"t-{now}", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
    return b"data: " + encode(chunk) + b"\n\n"


app = Upstream()
