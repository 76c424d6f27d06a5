"""Every error that isthmus raises on purpose, as one tree.

    IsthmusError
    ├── CatalogError          a YAML file of ours or of the operator is wrong: file, line, expected, got
    │   └── ConfigError       the same, for the configuration
    ├── RefusedError          the law, a contract term or a policy forbids the call: HTTP 451
    │   └── WithheldError     the same, for the answer: it may not go to who asked
    ├── RequestError          the caller's request cannot be served as it stands: HTTP 4xx
    │   ├── MalformedError    400  not JSON, wrong type, a limit of depth, a contradiction
    │   ├── UnauthorisedError 401  no key, unknown key, expired key
    │   ├── ForbiddenError    403  the key does not allow what was asked
    │   ├── NotFoundError     404  no such route, model or object
    │   ├── MethodError       405  the route is there, but not for this method
    │   ├── TooLargeError     413  over the body limit
    │   ├── SlowClientError   408  the body did not arrive in time
    │   └── OverBudgetError   429  the key's budget or rate is used up
    ├── NotOfferedError       501  a route that isthmus does not offer, with the alternative
    ├── OverloadedError       503  shed early, with Retry-After
    ├── UpstreamError         the deployment did not answer as it should
    │   ├── UnreachableError  502  no connection could be made: nothing was sent
    │   ├── BrokenReplyError  502  HTML, half a JSON, half a stream, nothing, a redirect
    │   ├── RejectedError     4xx  the deployment rejected the request; its status is kept
    │   └── UpstreamTimeoutError 504
    ├── LedgerError           evidence cannot be written: nothing leaves
    │   └── BandCrossedError  a count left the band that the decision assumed: decide anew
    └── TamperedError         the verifier found a difference

A message is one line, lower case, without a final stop. User input stands in backticks only where it cannot be personal
data (a field name, a model name); the text of a prompt never does. `where` is a file and line or a JSON pointer;
`remedy` says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class IsthmusError(Exception):
    """Something isthmus says no to, with the place and the next step.

    `status` is the HTTP status a server answers with; `code` is the stable word for programs.
    """

    status: int = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{where}{self.message}{remedy}"


class CatalogError(IsthmusError):
    """A catalogue file is wrong; `where` is `file:line`."""

    code = "catalog_error"


class ConfigError(CatalogError):
    """The configuration is wrong; `problems` lists all of them at once."""

    code = "config_error"

    def __init__(
        self, message: str, *, where: str = "", remedy: str = "", problems: tuple[CatalogError, ...] = ()
    ) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.problems = problems


class RefusedError(IsthmusError):
    """The call may not leave; `decisions` hold reasons and remedies for each destination (RFC 7725 status).

    `neutral` are the bodies of law that the reader is not quoted, each with what is said instead, English and Chinese.
    """

    status = 451
    code = "refused_by_law"

    def __init__(
        self,
        message: str,
        *,
        decisions: tuple[Any, ...] = (),
        lawful: tuple[str, ...] = (),
        neutral: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.decisions = decisions
        self.lawful = lawful
        self.neutral = neutral or {}


class WithheldError(RefusedError):
    """The answer may not go to its reader; `ledger_id` is the send whose answer it is."""

    code = "reply_withheld"

    def __init__(
        self,
        message: str,
        *,
        decisions: tuple[Any, ...] = (),
        ledger_id: str = "",
        neutral: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(message, decisions=decisions, neutral=neutral)
        self.ledger_id = ledger_id


class RequestError(IsthmusError):
    """The request cannot be served as it stands."""

    status = 400
    code = "invalid_request"


class MalformedError(RequestError):
    """Not JSON, a wrong type, a limit of nesting, or two statements that contradict each other."""


class UnauthorisedError(RequestError):
    """No key, an unknown key, or one that is expired or revoked."""

    status = 401
    code = "invalid_api_key"


class ForbiddenError(RequestError):
    """The key does not allow what was asked."""

    status = 403
    code = "not_allowed_for_key"


class NotFoundError(RequestError):
    """No such route, model or object."""

    status = 404
    code = "not_found"


class MethodError(RequestError):
    """The route takes other methods: `allowed`, as the header `allow` lists them."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, allowed: str, path: str) -> None:
        super().__init__(f"this route takes {allowed}", remedy=f"{allowed.partition(',')[0]} {path}")
        self.allowed = allowed


class TooLargeError(RequestError):
    """The body is over the limit."""

    status = 413
    code = "body_too_large"


class SlowClientError(RequestError):
    """The body did not arrive in time."""

    status = 408
    code = "body_too_slow"


class OverBudgetError(RequestError):
    """The key's budget or rate is used up; `retry_after` is in seconds."""

    status = 429
    code = "over_budget"

    def __init__(self, message: str, *, where: str = "", remedy: str = "", retry_after: int = 60) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.retry_after = retry_after


class NotOfferedError(IsthmusError):
    """A route that isthmus does not offer; the remedy names the alternative."""

    status = 501
    code = "not_offered"


class OverloadedError(IsthmusError):
    """Too much is in flight; `retry_after` is in seconds."""

    status = 503
    code = "overloaded"

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UpstreamError(IsthmusError):
    """The deployment did not answer as it should; `sent` says whether bytes may have left."""

    status = 502
    code = "upstream_error"

    def __init__(self, message: str, *, where: str = "", remedy: str = "", sent: bool = True) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.sent = sent


class UnreachableError(UpstreamError):
    """No connection could be made: nothing was sent."""

    code = "upstream_unreachable"


class BrokenReplyError(UpstreamError):
    """The answer is HTML, half a JSON, half a stream, empty, or a redirect."""

    code = "upstream_broken_reply"


class RejectedError(UpstreamError):
    """The deployment rejected the request; `upstream_status` and `body` are what it said.

    A rejection that the caller can mend keeps its status; any other (a wrong credential, say) is the operator's: 502.
    """

    code = "upstream_rejected"
    KEPT: ClassVar[frozenset[int]] = frozenset({400, 413, 415, 422, 429})

    def __init__(
        self, message: str, *, upstream_status: int, body: bytes = b"", retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.upstream_status = upstream_status
        self.body = body
        self.retry_after = retry_after
        if upstream_status in self.KEPT:
            self.status = upstream_status


class UpstreamTimeoutError(UpstreamError):
    """The deployment was too slow in the phase that the message names."""

    status = 504
    code = "upstream_timeout"


class LedgerError(IsthmusError):
    """Evidence cannot be written, so nothing may leave."""

    status = 503
    code = "ledger_unavailable"


class BandCrossedError(LedgerError):
    """A count left the band that the decision assumed; nothing was reserved, decide anew."""

    code = "count_band_crossed"


class TamperedError(IsthmusError):
    """The verifier found a difference; `where` names the first entry that is wrong."""

    code = "ledger_tampered"
