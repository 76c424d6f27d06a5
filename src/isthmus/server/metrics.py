"""Prometheus counters, one file a process, summed over all workers when they are asked for."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest, multiprocess

REGISTRY = CollectorRegistry()
ANSWERS = Counter("isthmus_http_answers", "Answers by HTTP status.", ["status"], registry=REGISTRY)
SHED = Counter("isthmus_http_shed", "Requests turned away because too many were in flight.", registry=REGISTRY)
LEFT = Counter("isthmus_http_left", "Clients that left before their answer ended.", registry=REGISTRY)
UNEXPECTED = Counter("isthmus_http_unexpected_errors", "Errors that no code foresaw.", registry=REGISTRY)
IN_FLIGHT = Gauge("isthmus_http_in_flight", "Requests under way.", registry=REGISTRY, multiprocess_mode="livesum")


class Meters:
    """The server's own counters of one worker; a status is looked up once."""

    def __init__(self) -> None:
        self.shed, self.left, self.unexpected, self.in_flight = SHED, LEFT, UNEXPECTED, IN_FLIGHT
        self._by_status: dict[int, Counter] = {}

    def status(self, status: int) -> None:
        """Count an answer."""
        if (counter := self._by_status.get(status)) is None:
            counter = self._by_status[status] = ANSWERS.labels(str(status))
        counter.inc()


def exposition(folder: str) -> bytes:
    """The metrics of all workers together, in the Prometheus text format."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call] # ships half its types
    return generate_latest(registry)
