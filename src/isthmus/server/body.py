"""Reading a request's body within its limits of size and time."""

from __future__ import annotations

import asyncio

from isthmus.errors import MalformedError, SlowClientError, TooLargeError
from isthmus.server.limits import ServerLimits
from isthmus.server.wire import Protocol


async def read_body(protocol: Protocol, length: str | None, limits: ServerLimits) -> bytes:
    """The whole body; `length` is the `content-length` header.

    Raises `TooLargeError` before a byte is read where the length says so, else as soon as the limit is passed;
    `SlowClientError`; `MalformedError` where the client broke off.
    """
    if length is not None and length.isdecimal() and int(length) > limits.body_bytes:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_s):
            # The HTTP library holds a body to its length: with one, the whole can be asked for at once.
            return await protocol() if length is not None else await _pieces(protocol, limits)
    except TimeoutError:
        raise SlowClientError(
            f"the body did not arrive within {limits.body_s:g} seconds",
            remedy="send it faster, or raise limits.body_seconds",
        ) from None
    except RuntimeError:
        raise MalformedError("the body broke off before its end") from None


async def _pieces(protocol: Protocol, limits: ServerLimits) -> bytes:
    body = bytearray()
    async for piece in protocol:
        body += piece
        if len(body) > limits.body_bytes:
            raise _too_large(limits)
    return bytes(body)


def _too_large(limits: ServerLimits) -> TooLargeError:
    return TooLargeError(
        f"the body is over the limit of {limits.body_bytes} bytes", remedy="send less, or raise limits.body_bytes"
    )
