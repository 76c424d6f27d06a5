"""What a server bounds: size, time, number, patience."""

from __future__ import annotations

import msgspec


class ServerLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one server; times are in seconds.

    `in_flight` is for all workers together. `start_s` is how long a worker may take to build its gateway. `stop_s` is
    how long open answers may go on after a stop, `retire_s` the same for workers that a reload replaced.
    """

    body_bytes: int = 10 * 1024 * 1024
    body_s: float = 30
    in_flight: int = 1000
    start_s: float = 60
    stop_s: float = 30
    retire_s: float = 3600
