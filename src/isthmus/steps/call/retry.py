"""Whether another attempt may be made, and after how long. Pure: the jitter comes in."""

from __future__ import annotations

from isthmus.errors import IsthmusError, RejectedError, UnreachableError

FIRST_S = 0.25
LONGEST_S = 8.0
# A deployment that asks for more patience than this is left for the next candidate.
PATIENCE_S = 30.0
# Too early (RFC 8470), too many requests, and what a server calls its own passing fault; 529 means "overloaded".
PASSING = frozenset({425, 429, 500, 502, 503, 504, 529})


def retry_delay(error: IsthmusError, attempt: int, *, retries: int, jitter: float) -> float | None:
    """Seconds to wait before the next attempt, or None where there should be none.

    `attempt` is 0 after the first failure, `retries` the most further attempts, `jitter` lies in [0, 1). Only what
    did not arrive or was turned away for the moment is tried again: a timeout or half an answer may have been served
    and paid for.
    """
    if attempt >= retries:
        return None
    backoff = min(LONGEST_S, FIRST_S * (1 << attempt)) * (0.5 + jitter / 2)
    if isinstance(error, UnreachableError):
        return backoff
    if not isinstance(error, RejectedError) or error.upstream_status not in PASSING:
        return None
    if error.retry_after is None:
        return backoff
    return max(error.retry_after, backoff) if error.retry_after <= PATIENCE_S else None
