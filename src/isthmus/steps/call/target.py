"""Where a send goes and how long each of its phases may take."""

from __future__ import annotations

from isthmus.exchange import Value
from isthmus.steps.call.accounts import Account
from isthmus.steps.call.signatures import Sign


class Target(Value, frozen=True, kw_only=True):
    """A deployment's address with its credential, its own proxy and its limits.

    Times are in seconds: `connect_s` until a connection stands, `first_byte_s` from the send to the first byte of the
    answer's body, `idle_s` between two reads, `total_s` for all of it. `answer_bytes` bounds the answer's body.

    `sign` makes the headers that sign a request, `account` is the service account whose token is sent.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    proxy: str | None = None
    connect_s: float = 5
    first_byte_s: float = 60
    idle_s: float = 60
    total_s: float = 600
    answer_bytes: int = 64 * 1024 * 1024
    sign: Sign | None = None
    account: Account | None = None

    def __repr__(self) -> str:
        return f"Target({len(self.headers)} headers)"
