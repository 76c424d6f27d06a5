"""The part of RSGI that the server uses, as types; granian gives the objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from typing import Protocol as Shape


class Headers(Shape):
    """A request's headers, names in lower case."""

    def items(self) -> list[tuple[str, str]]: ...

    def get(self, key: str, default: Any = None) -> Any: ...


class Scope(Shape):
    """What a request says before its body."""

    proto: str
    method: str
    path: str
    query_string: str

    @property
    def headers(self) -> Headers: ...


class Transport(Shape):
    """The body of an answer that is written piece by piece."""

    async def send_bytes(self, data: bytes) -> None: ...


class Gone(Shape):
    """A future that is done when the client left, or when its answer ended."""

    def add_done_callback(self, callback: Callable[[Any], object]) -> None: ...

    def remove_done_callback(self, callback: Callable[[Any], object]) -> int: ...

    def cancel(self) -> object: ...


class Protocol(Shape):
    """One request and its answer."""

    async def __call__(self) -> bytes: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def client_disconnect(self) -> Gone: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Transport: ...
