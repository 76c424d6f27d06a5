"""The frozen values that travel through the ten steps.

A step takes what it needs as arguments and returns what it learnt as a value of this file; nothing here has behaviour
beyond reading itself. Values that hold text of a caller (`Slot`, `Finding`, `Person`, `Edit`) never print it: their
`repr` shows lengths only, so that no personal datum reaches a log or a traceback.

Offsets are code points, half open, of the JSON-decoded string at `pointer` (RFC 6901). Instants are RFC 3339 UTC with
milliseconds. Money is a `Decimal` with an ISO 4217 code.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Literal

import msgspec

Strength = Literal["certain", "likely", "possible"]
Check = Literal["valid", "invalid", "none"]
Verdict = Literal["allow", "review", "deny"]
STRENGTH_ORDER: dict[str, int] = {"possible": 0, "likely": 1, "certain": 2}


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen value of the exchange."""


# ── 1 receive ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Slot(Value, frozen=True, kw_only=True, gc=False):
    """One JSON string, or one object key, of a body: text that could leave.

    `pointer` addresses the string; for a key (`key=True`) it addresses the member that the key names. `role` is who
    speaks: system, user, assistant, tool, developer, definition (tool definitions), or unknown.
    """

    pointer: str
    text: str
    role: str = "unknown"
    key: bool = False

    def __repr__(self) -> str:
        return f"Slot({len(self.text)} code points)"


class Unscanned(Value, frozen=True, kw_only=True, gc=False):
    """A part of a body that scan could not read: the medium (image, audio, file, encoded) and why."""

    pointer: str
    medium: str
    reason: str


class Attached(Value, frozen=True, kw_only=True):
    """A file in a body: `pointer` is where its bytes stand, in base64; until it is read it is `unscanned`."""

    pointer: str
    role: str
    unscanned: Unscanned


class Call(Value, frozen=True, kw_only=True):
    """One request of a client: what it asked for, and its body, which stays the truth.

    `id` is a UUIDv7. `body` is the decoded JSON without the `isthmus` object. `wishes` are the caller's choices from
    headers or the `isthmus` object, by name (purpose, audience, basis, origin, min_quality, conversation ...).
    """

    id: str
    at: str
    dialect: str
    model: str
    stream: bool
    body: Any
    slots: tuple[Slot, ...]
    unscanned: tuple[Unscanned, ...] = ()
    files: tuple[Attached, ...] = ()
    wishes: dict[str, Any] = {}
    size: int = 0

    def __repr__(self) -> str:
        return f"Call({self.id}, {self.dialect}, {len(self.slots)} slots)"


# ── 2 identify ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Caller(Value, frozen=True, kw_only=True):
    """Who calls: the key, the legal entity it acts for, and the facts it chose from what its key allows.

    `chosen` holds one value for each fact that a key registers (purpose, audience, basis, origin, subjects ...).
    `attested` holds numbers of persons, consents or instruments that the key may attest, with `attested_by` the key's
    name. `media` are those that somebody vouches for where they come for this purpose: the medium, and who says that it
    holds data of nobody. `conversation` is a keyed hash or the caller's own name for it, never shared across keys or
    entities.
    `reexports` says whether its key may call data brought here from abroad, so that conversations have a memory.
    """

    key_id: str
    entity: str
    team: str
    chosen: dict[str, str] = {}
    attested: dict[str, Any] = {}
    attested_by: str = ""
    media: tuple[tuple[str, str], ...] = ()
    conversation: str = ""
    conversation_named: bool = False
    reexports: bool = False
    located_in: str | None = None
    clean_scan: Literal["none", "unknown"] = "none"
    min_quality: Decimal = Decimal(0)
    strict: bool = False


# ── 3 scan ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Part(Value, frozen=True, kw_only=True, gc=False):
    """Where a piece of a finding stands. `via` lists the layers (`json:/a/b`, `base64`, `url`, `part:sheet1!B7`)."""

    pointer: str
    start: int
    end: int
    via: tuple[str, ...] = ()
    key: bool = False


class Finding(Value, frozen=True, kw_only=True):
    """The smallest text that must not leave.

    `kind` is the identifier's id (`cn.resident_id`, `term.person` ...). `value` is the canonical value (digits without
    separators, upper case ...), the basis of pseudonyms and person counts. `classes` are legal classes per jurisdiction
    (`cn.personal`, `cn.sensitive`, `us.covered_identifier` ...). `why` says how it was recognised, without the text.
    """

    kind: str
    parts: tuple[Part, ...]
    strength: Strength
    check: Check
    value: str
    surface: str = ""
    classes: tuple[str, ...] = ()
    why: str = ""

    def __repr__(self) -> str:
        return f"Finding({self.kind}, {self.strength}, {self.check}, {len(self.parts)} parts)"


class Scan(Value, frozen=True, kw_only=True):
    """What a scan saw: `complete`, or the parts it could not read, with the classes it is able to see.

    `lost` is what stood in the place of a better finding, where that was asked for.
    """

    findings: tuple[Finding, ...]
    unscanned: tuple[Unscanned, ...] = ()
    sees: tuple[str, ...] = ()
    lost: tuple[Finding, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every slot was read."""
        return not self.unscanned

    @property
    def kinds(self) -> dict[str, int]:
        """How many findings there are of each kind, in the order of their names."""
        return dict(sorted(Counter(finding.kind for finding in self.findings).items()))


class Person(Value, frozen=True, kw_only=True):
    """One natural person of a call: identifiers `(kind, canonical value)` and the most protected category."""

    identifiers: tuple[tuple[str, str], ...]
    category: str

    def __repr__(self) -> str:
        return f"Person({len(self.identifiers)} identifiers, {self.category})"


class People(Value, frozen=True, kw_only=True):
    """The persons of a call for one counting scheme, and names that no identifier resolves."""

    persons: tuple[Person, ...] = ()
    unresolved: int = 0


# ── 4 decide, 5 route ────────────────────────────────────────────────────────────────────────────────────────────────


class Destination(Value, frozen=True, kw_only=True):
    """A deployment on its three axes, which are separate facts and are all decided on.

    Residency: `hosted_in` (inference and logs) and `accessible_from`. Sovereignty: `operator_country` (who runs the
    endpoint) and `owner_country` (who ultimately owns them). Provenance: `weights_from`. Codes are ISO 3166 alpha-2 in
    lower case; None is unknown. `provider` sells, `recipient` is the legal entity that receives.
    """

    deployment: str
    model: str
    provider: str
    recipient: str
    hosted_in: tuple[str, ...] = ()
    accessible_from: tuple[str, ...] | None = None
    operator_country: str | None = None
    owner_country: str | None = None
    weights_from: str | None = None


class Money(Value, frozen=True, kw_only=True, gc=False):
    """An exact amount with its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


# ── 6 transform, 8 restore ───────────────────────────────────────────────────────────────────────────────────────────


class Edit(Value, frozen=True, kw_only=True):
    """A recorded change of a body: the code points `[start, end)` at `pointer` become `text`.

    `duty` is why (pseudonymise, drop, generalise, own_parameters). An edit of an object key has `key=True`.
    """

    pointer: str
    start: int
    end: int
    text: str
    kind: str
    duty: str
    key: bool = False

    def __repr__(self) -> str:
        return f"Edit({self.kind}, {self.duty})"


class Protected(Value, frozen=True, kw_only=True):
    """What transform did: the body to send, its edits, and the way back for each reversible pseudonym.

    `originals` maps a pseudonym to the latest surface form in the request; it lives from transform to the last byte of
    the answer, in memory only.
    """

    body: Any
    edits: tuple[Edit, ...] = ()
    originals: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Protected({len(self.edits)} edits, {len(self.originals)} pseudonyms)"

    @property
    def changes(self) -> dict[str, int]:
        """How many findings were changed, as `duty:kind`, in the order of their names."""
        return dict(sorted(Counter(f"{edit.duty}:{edit.kind}" for edit in self.edits).items()))


# ── 7 call ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Count(Value, frozen=True, kw_only=True, gc=False):
    """An amount of usage with its provenance: the provider said so, estimated by a named tokenizer, or unknown."""

    amount: int | None
    provenance: str = "unknown"


class Usage(Value, frozen=True, kw_only=True):
    """Tokens of one send. `input` includes cached tokens, `output` includes reasoning; zero is not missing."""

    input: Count = Count(amount=None)
    cache_read: Count = Count(amount=None)
    cache_write: Count = Count(amount=None)
    output: Count = Count(amount=None)
    reasoning: Count = Count(amount=None)


# ── 10 record ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Limit(Value, frozen=True, kw_only=True, gc=False):
    """The band that a decision assumed: the count of `category` after this send lies in `[low, high)`.

    `high` is None where no threshold lies above.
    """

    category: str
    low: int
    high: int | None


class Reservation(Value, frozen=True, kw_only=True):
    """Persons to be counted for one legal entity in one counting scheme, before the bytes leave.

    `scheme` names the counting rule (`cn.export`, `us.bulk`), `period` its window (`2026`, or the day of a rolling
    window), `counterparty` is empty where the scheme does not count by counterparty, `ground` is the limb or mechanism
    the send rests on. Persons already counted are not counted again. `categories` are those of the scheme, strongest
    first: a person counts in the strongest one seen.
    """

    entity: str
    scheme: str
    period: str
    people: People
    limits: tuple[Limit, ...] = ()
    counterparty: str = ""
    ground: str = ""
    conversation: str = ""
    categories: tuple[str, ...] = ()


class Joined(Value, frozen=True, kw_only=True):
    """Data that came into a named conversation: where it was collected, and its classes (None: unread)."""

    origin: str
    classes: tuple[str, ...] | None = ()


class Tally(Value, frozen=True, kw_only=True, gc=False):
    """Distinct persons of one category before and after a send, in one scheme and period."""

    scheme: str
    category: str
    before: int
    after: int


class Receipt(Value, frozen=True, kw_only=True):
    """What the ledger gave for an appended entry: its sequence number, and the counts where it reserved."""

    seq: int
    tallies: tuple[Tally, ...] = ()


# ── the ways in ──────────────────────────────────────────────────────────────────────────────────────────────────────


class HttpRequest(Value, frozen=True, kw_only=True):
    """A client's bytes as a server hands them on. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.path}, {len(self.body)} bytes)"


class HttpAnswer(Value, frozen=True, kw_only=True):
    """An answer: whole bytes, or an asynchronous iterator of bytes that must be closed by whoever reads it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: Any

    def __repr__(self) -> str:
        return f"HttpAnswer({self.status})"
