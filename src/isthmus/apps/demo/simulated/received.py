"""What a simulated deployment received."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Received(NamedTuple):
    """One request as it arrived: its number at this deployment, the path, the head and the body."""

    number: int
    path: str
    head: bytes
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The header fields, names in lower case."""
        pairs = (line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:])
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    def json(self) -> Any:
        """The body decoded."""
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"Received({self.number}, {len(self.body)} bytes)"
