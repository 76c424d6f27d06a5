"""The ways in which a simulated deployment fails, by name."""

from __future__ import annotations

from typing import Literal, NamedTuple

from isthmus.apps.demo.simulated.wire import STREAM_HEAD

End = Literal["keep", "close", "reset"]


class Fault(NamedTuple):
    """What comes instead of an answer.

    `head` is a whole HTTP answer or its beginning; None lets the true answer begin. `share` is how much of the true
    answer is sent. `end` is what becomes of the connection. `wait_s` passes first; `stall` never goes on. `says` is the
    text of the answer, to a chat without tools.
    """

    head: bytes | None
    share: float = 0.0
    end: End = "keep"
    wait_s: float = 0.0
    stall: bool = False
    says: str = ""


def _answer(status: str, body: str, kind: str = "application/json", *extra: str) -> bytes:
    data = body.encode()
    lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(data)}", *extra]
    return "\r\n".join([*lines, "", ""]).encode() + data


def _error(status: str, message: str, *extra: str) -> bytes:
    body = f'{{"error":{{"message":"{message} (simulated)","type":"server_error","code":null}}}}'
    return _answer(status, body, "application/json", *extra)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_ALIVE = STREAM_HEAD + _chunk(b": keep-alive\n\n")
_OPENING = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
_FAILED = b'data: {"error":{"message":"overloaded (simulated)","type":"server_error","code":null}}\n\n'

FAULTS: dict[str, Fault] = {
    "503": Fault(_error("503 Service Unavailable", "overloaded", "retry-after: 1")),
    "503_now": Fault(_error("503 Service Unavailable", "overloaded", "retry-after: 0")),
    "500": Fault(_error("500 Internal Server Error", "internal error")),
    "429": Fault(_error("429 Too Many Requests", "rate limit reached", "retry-after: 1")),
    "400": Fault(_error("400 Bad Request", "a field is not understood")),
    "401": Fault(_error("401 Unauthorized", "no such key")),
    "reset": Fault(b"", end="reset"),
    "empty": Fault(b"", end="close"),
    "nothing": Fault(_answer("200 OK", "")),
    "html": Fault(_answer("200 OK", "<!doctype html><title>Gateway</title><p>Sign in to continue", "text/html")),
    "html_502": Fault(_answer("502 Bad Gateway", "<html><h1>502</h1></html>", "text/html")),
    "redirect": Fault(_answer("307 Temporary Redirect", "", "text/plain", "location: {elsewhere}")),
    "half_json": Fault(_answer("200 OK", '{"id":"x","object":"chat.completion","choices":[{"index":0,"mess')),
    "half": Fault(None, share=0.5, end="close"),
    "half_reset": Fault(None, share=0.5, end="reset"),
    "stall": Fault(None, share=0.5, stall=True),
    "silent": Fault(b"", stall=True),
    "alive": Fault(_ALIVE, end="close"),
    "alive_stall": Fault(_ALIVE, stall=True),
    "opened": Fault(_ALIVE + _chunk(_OPENING) + _chunk(_FAILED), end="close"),
    "indiscreet": Fault(None, share=1.0, says=f"{'轴承须按图安装。' * 60}负责人手机13987654321。{'完毕。' * 200}"),
    "indiscreet_now": Fault(None, share=1.0, says="负责人手机13987654321。"),
    "slow": Fault(None, share=1.0, wait_s=2.0),
}
