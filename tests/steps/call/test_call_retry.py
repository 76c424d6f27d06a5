"""Whether another attempt may be made, and when."""

from __future__ import annotations

import pytest

from isthmus.errors import BrokenReplyError, IsthmusError, RejectedError, UnreachableError, UpstreamTimeoutError
from isthmus.steps.call import retry_delay
from isthmus.steps.call.client import retry_after

NOON = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def rejected(status: int, wait: float | None = None) -> RejectedError:
    return RejectedError("no", upstream_status=status, retry_after=wait)


@pytest.mark.parametrize(
    ("error", "attempt", "retries", "delay"),
    [
        (UnreachableError("no", sent=False), 0, 1, 0.125),
        (UnreachableError("no", sent=False), 1, 1, None),
        (UnreachableError("no", sent=False), 1, 3, 0.25),
        (UnreachableError("no", sent=False), 9, 10, 4.0),
        (UnreachableError("no", sent=False), 0, 0, None),
        (rejected(429), 0, 1, 0.125),
        (rejected(429, 3.0), 0, 1, 3.0),
        (rejected(429, 0.0), 0, 1, 0.125),
        (rejected(429, 31.0), 0, 1, None),
        (rejected(500), 0, 1, 0.125),
        (rejected(503, 2.0), 0, 1, 2.0),
        (rejected(529), 0, 1, 0.125),
        (rejected(400), 0, 1, None),
        (rejected(401), 0, 1, None),
        (rejected(501), 0, 1, None),
        (UpstreamTimeoutError("slow"), 0, 5, None),
        (BrokenReplyError("half"), 0, 5, None),
    ],
)
def test_only_what_did_not_arrive_is_tried_again(
    error: IsthmusError, attempt: int, retries: int, delay: float | None
) -> None:
    """A timeout or half an answer may have been served and paid for; the deployment's own patience is kept."""
    assert retry_delay(error, attempt, retries=retries, jitter=0.0) == delay


def test_jitter_spreads_the_attempts() -> None:
    """The delay lies between half and all of the back-off."""
    error = UnreachableError("no", sent=False)
    assert [retry_delay(error, 2, retries=3, jitter=j) for j in (0.0, 0.5)] == [0.5, 0.75]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:20 GMT"}, 20.0),
        ({"retry-after": "Wed, 31 Dec 2025 23:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
    ],
)
def test_the_wait_that_an_answer_asks_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and dates; what is none of them is no wait."""
    assert retry_after(headers, NOON) == seconds
