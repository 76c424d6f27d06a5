"""What Prometheus may read: counts and durations by names of the configuration, never by anything a caller wrote.

With several workers, each writes to files of its own in `PROMETHEUS_MULTIPROC_DIR` and the reader sums them.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

CALLS = Counter("isthmus_calls", "Calls by how they ended.", ["outcome"])
SENDS = Counter("isthmus_sends", "Sends by deployment and how they ended.", ["deployment", "outcome"])
TOKENS = Counter("isthmus_tokens", "Tokens that deployments reported.", ["deployment", "direction"])
FINDINGS = Counter("isthmus_findings", "Findings in requests by kind.", ["kind"])
DURATION = Histogram("isthmus_call_duration_seconds", "From the request to the answer's last byte.", buckets=SECONDS)
DECISIONS = Counter("isthmus_decisions", "Decisions made anew, by verdict; the rest came from memory.", ["verdict"])
IN_FLIGHT = Gauge("isthmus_calls_in_flight", "Calls under way.", multiprocess_mode="livesum")
BACKLOG = Gauge("isthmus_ledger_backlog", "Entries queued and not yet durable.", multiprocess_mode="livesum")
LONGEST_WAIT = Gauge(
    "isthmus_ledger_longest_wait_ms", "The longest an entry has waited for its commit.", multiprocess_mode="livemax"
)
