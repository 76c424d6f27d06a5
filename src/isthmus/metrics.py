"""What Prometheus may read: counts and durations by names of the configuration, never by anything a caller wrote.

With several workers, each writes to files of its own in `PROMETHEUS_MULTIPROC_DIR` and the reader sums them. Counts are
gathered in memory and published each second, for a call counts a dozen things.
"""

from __future__ import annotations

from collections import Counter as Sums

from prometheus_client import Counter, Gauge

CALLS = Counter("isthmus_calls", "Calls by how they ended.", ["outcome"])
SENDS = Counter("isthmus_sends", "Sends by deployment and how they ended.", ["deployment", "outcome"])
TOKENS = Counter("isthmus_tokens", "Tokens that deployments reported.", ["deployment", "direction"])
FINDINGS = Counter("isthmus_findings", "Findings in requests by kind.", ["kind"])
UNRECORDED = Counter("isthmus_unrecorded_endings", "Sends whose ending could not be written to the ledger.")
DECISIONS = Counter("isthmus_decisions", "Decisions made anew, by verdict; the rest came from memory.", ["verdict"])
BACKLOG = Gauge("isthmus_ledger_backlog", "Entries queued and not yet durable.", multiprocess_mode="livesum")
LONGEST_WAIT = Gauge(
    "isthmus_ledger_longest_wait_ms", "The longest an entry has waited for its commit.", multiprocess_mode="livemax"
)

_SUMS: Sums[tuple[Counter, tuple[str, ...]]] = Sums()


def count(counter: Counter, *labels: str, by: int = 1) -> None:
    """Count something; called on the event loop."""
    _SUMS[counter, labels] += by


def publish() -> None:
    """Give what was counted to Prometheus."""
    sums = dict(_SUMS)
    _SUMS.clear()
    for (counter, labels), number in sums.items():
        (counter.labels(*labels) if labels else counter).inc(number)
