"""Counting distinct persons: pure, on a working set (`Book`) that the store loads and saves around it.

A person is a number that keyed identifiers point to. In a scope (legal entity, scheme, period, counterparty) each
person counts once, in the strongest category seen; one who was general and turns out sensitive moves. Identifiers of
one record that point to different persons make them one. Names that no identifier resolves count once per conversation
and are added to the weakest category where limits are checked.

A period of ten characters is the day of a rolling window: persons counted on that day or in the twelve months before.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

import msgspec

from isthmus.errors import BandCrossedError
from isthmus.exchange import Limit, Reservation, Tally

UNRESOLVED = "unresolved"
DIGEST_BYTES = 16


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Within what persons are distinct. `period` is empty for a rolling window."""

    entity: str
    scheme: str
    period: str
    counterparty: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation with keyed identifiers: nothing personal is left in it. `day` is empty outside rolling windows."""

    scope: Scope
    day: str
    persons: tuple[tuple[tuple[bytes, ...], str], ...]
    names: int
    conversation: str
    order: tuple[str, ...]
    limits: tuple[Limit, ...]


def identifier_digest(key: bytes, kind: str, value: str) -> bytes:
    """The keyed form of an identifier: the first 128 bits of HMAC-SHA-256 over kind and canonical value."""
    return hmac.digest(key, f"{kind}\x00{value}".encode("utf-8", "surrogatepass"), "sha256")[:DIGEST_BYTES]


def claim_of(reservation: Reservation, key: bytes) -> Claim:
    """A reservation as what is counted, its identifiers keyed with the entity's key."""
    rolling = len(reservation.period) == 10
    return Claim(
        scope=Scope(
            entity=reservation.entity,
            scheme=reservation.scheme,
            period="" if rolling else reservation.period,
            counterparty=reservation.counterparty,
        ),
        day=reservation.period if rolling else "",
        persons=tuple(
            (tuple(identifier_digest(key, kind, value) for kind, value in person.identifiers), person.category)
            for person in reservation.people.persons
            if person.identifiers
        ),
        names=reservation.people.unresolved + sum(not person.identifiers for person in reservation.people.persons),
        conversation=reservation.conversation,
        order=reservation.categories or tuple(dict.fromkeys(limit.category for limit in reservation.limits)),
        limits=reservation.limits,
    )


def year_before(day: str) -> str:
    """The first day of the window that ends on `day`: the same date a year earlier, both days included."""
    earlier = f"{int(day[:4]) - 1:04d}{day[4:]}"
    return earlier[:8] + "28" if earlier.endswith("-02-29") else earlier


class Book:
    """What is known of the persons and scopes that a group of claims touches, and what changed since it was loaded.

    `counted` gives, per scope and person, the last day of each category (an empty day outside rolling windows);
    `tallies` how many persons each category of a scope has now; `names` the unresolved names of a conversation.
    """

    def __init__(self, next_person: int = 1) -> None:
        self.next_person = next_person
        self.persons: dict[bytes, int] = {}
        self.counted: dict[tuple[Scope, int], dict[str, str]] = {}
        self.scopes_of: dict[int, set[Scope]] = {}
        self.tallies: dict[Scope, dict[str, int]] = {}
        self.orders: dict[Scope, tuple[str, ...]] = {}
        self.as_of: dict[Scope, str] = {}
        self.names: dict[tuple[Scope, str], tuple[int, str]] = {}
        self.changed_persons: dict[bytes, str] = {}
        self.changed_counted: set[tuple[Scope, int]] = set()
        self.changed_scopes: set[Scope] = set()
        self.changed_names: set[tuple[Scope, str]] = set()
        self.merges: list[tuple[str, int, int]] = []

    def copy(self) -> Book:
        """A book that can be changed without changing this one."""
        twin = Book(self.next_person)
        for name in ("persons", "counted", "orders", "as_of", "names", "changed_persons"):
            setattr(twin, name, dict(getattr(self, name)))
        for name in ("changed_counted", "changed_scopes", "changed_names"):
            setattr(twin, name, set(getattr(self, name)))
        twin.scopes_of = {person: set(scopes) for person, scopes in self.scopes_of.items()}
        twin.tallies = {scope: dict(tally) for scope, tally in self.tallies.items()}
        twin.merges = list(self.merges)
        return twin

    def know(self, scope: Scope, person: int, category: str, day: str) -> None:
        """Load one counted row."""
        self.counted.setdefault((scope, person), {})[category] = day
        self.scopes_of.setdefault(person, set()).add(scope)

    def standing(self, scope: Scope, days: Mapping[str, str]) -> str | None:
        """The category that a person with these days counts in, within the scope's window as it stands."""
        since = year_before(self.as_of[scope]) if self.as_of.get(scope) else ""
        return strongest((name for name, day in days.items() if day >= since), self.orders.get(scope, ()))

    def enter(self, claim: Claim) -> None:
        """Make the claim's scope known, with its order, and move a rolling window on to the claim's day."""
        scope = claim.scope
        if scope not in self.tallies:
            self.tallies[scope] = {}
            self.as_of[scope] = claim.day
            self.orders[scope] = claim.order
            self.changed_scopes.add(scope)
        if claim.order and not self.orders.get(scope):
            self.orders[scope] = claim.order
            self.changed_scopes.add(scope)
        if claim.day > self.as_of[scope]:
            self._advance(scope, claim.day)

    def _advance(self, scope: Scope, day: str) -> None:
        """Those whose last day falls out of the window stop counting; they must have been loaded."""
        since, tally = year_before(self.as_of[scope]), self.tallies[scope]
        held = {key: self.standing(scope, days) for key, days in self.counted.items() if key[0] == scope}
        self.as_of[scope] = day
        for key, old in held.items():
            new = self.standing(scope, self.counted[key])
            if new != old:
                _move(tally, old, new)
        for (owner, _), (names, last) in self.names.items():
            if owner == scope and since <= last < year_before(day):
                tally[UNRESOLVED] = tally.get(UNRESOLVED, 0) - names
        self.changed_scopes.add(scope)


class Plan(msgspec.Struct, kw_only=True):
    """What a claim would change in a book: nothing is changed until its limits are known to hold."""

    next_person: int
    persons: dict[bytes, int] = {}
    merged: dict[int, int] = {}
    counted: dict[tuple[Scope, int], dict[str, str]] = {}
    gone: set[tuple[Scope, int]] = set()
    tallies: dict[Scope, dict[str, int]] = {}
    names: int = 0


def reserve(book: Book, claim: Claim, *, keep: bool = True) -> tuple[Tally, ...]:
    """Count a claim's persons; the tallies before and after, in the claim's order of categories.

    Who moves to a stronger category is in neither figure of the weaker one. Unresolved names are in both figures of
    the weakest. Raises `BandCrossedError`, with the book as it was, where a count leaves its band. With `keep=False`
    nothing is changed.
    """
    book.enter(claim)
    plan = _plan(book, claim)
    tallies = _tallies(book, claim, plan)
    if keep:
        _check(claim, tallies)
        _apply(book, claim, plan)
    return tallies


def strongest(categories: Iterable[str], order: tuple[str, ...]) -> str | None:
    """The first of `order` among some categories; of those not in it the last in the alphabet, which is weaker."""
    found = set(categories)
    return next((name for name in order if name in found), max(found, default=None))


def _move(tally: dict[str, int], old: str | None, new: str | None) -> None:
    if old is not None:
        tally[old] = tally.get(old, 0) - 1
    if new is not None:
        tally[new] = tally.get(new, 0) + 1


def _plan(book: Book, claim: Claim) -> Plan:
    plan = Plan(next_person=book.next_person)
    wanted: dict[int, set[str]] = {}
    for digests, category in claim.persons:
        person, others = _identify(book, plan, digests)
        for other in others:
            _merge(book, plan, other, person)
            wanted.setdefault(person, set()).update(wanted.pop(other, ()))
        plan.persons.update(dict.fromkeys(digests, person))
        wanted.setdefault(person, set()).add(category)
    scope = claim.scope
    for person, categories in wanted.items():
        old = _days(book, plan, (scope, person))
        new = {**old, **{name: max(claim.day, old.get(name, "")) for name in categories}}
        if new != old:
            _set(book, plan, (scope, person), old, new)
    held, last = book.names.get((scope, claim.conversation), (0, claim.day))
    if book.as_of[scope] and last < year_before(book.as_of[scope]):
        held = 0
    plan.names = max(0, claim.names - held)
    return plan


def _identify(book: Book, plan: Plan, digests: tuple[bytes, ...]) -> tuple[int, tuple[int, ...]]:
    """The person that identifiers of one record belong to, and the others that turn out to be the same."""
    known = {plan.persons.get(digest) or book.persons.get(digest) for digest in digests} - {None}
    found = sorted({_find(plan, person) for person in known if person})
    if found:
        return found[0], tuple(found[1:])
    plan.next_person += 1
    return plan.next_person - 1, ()


def _find(plan: Plan, person: int) -> int:
    while person in plan.merged:
        person = plan.merged[person]
    return person


def _days(book: Book, plan: Plan, key: tuple[Scope, int]) -> dict[str, str]:
    if key in plan.gone:
        return {}
    return plan.counted.get(key) or book.counted.get(key, {})


def _set(book: Book, plan: Plan, key: tuple[Scope, int], old: dict[str, str], new: dict[str, str]) -> None:
    tally = plan.tallies.setdefault(key[0], {})
    _move(tally, book.standing(key[0], old), book.standing(key[0], new))
    if new:
        plan.counted[key] = new
        plan.gone.discard(key)
    else:
        plan.counted.pop(key, None)
        plan.gone.add(key)


def _merge(book: Book, plan: Plan, person: int, into: int) -> None:
    plan.merged[person] = into
    scopes = {*book.scopes_of.get(person, ()), *(scope for scope, owner in plan.counted if owner == person)}
    for scope in sorted(scopes, key=msgspec.structs.astuple):
        moved, held = _days(book, plan, (scope, person)), _days(book, plan, (scope, into))
        if moved:
            joined = {name: max(moved.get(name, ""), held.get(name, "")) for name in {**held, **moved}}
            _set(book, plan, (scope, person), moved, {})
            _set(book, plan, (scope, into), held, joined)


def _tallies(book: Book, claim: Claim, plan: Plan) -> tuple[Tally, ...]:
    held, change = book.tallies[claim.scope], plan.tallies.get(claim.scope, {})
    order = book.orders[claim.scope] or tuple(sorted({*held, *change} - {UNRESOLVED}, reverse=True))
    found = []
    for name in order:
        before, after = held.get(name, 0), held.get(name, 0) + change.get(name, 0)
        before = min(before, after)
        if name == order[-1]:
            before += held.get(UNRESOLVED, 0)
            after += held.get(UNRESOLVED, 0) + plan.names
        found.append(Tally(scheme=claim.scope.scheme, category=name, before=before, after=after))
    return tuple(found)


def _check(claim: Claim, tallies: tuple[Tally, ...]) -> None:
    after = {tally.category: tally.after for tally in tallies}
    for limit in claim.limits:
        count = after.get(limit.category, 0)
        if count < limit.low or (limit.high is not None and count >= limit.high):
            raise BandCrossedError(
                f"the count of `{limit.category}` in `{claim.scope.scheme}` left the band decided on"
            )


def _apply(book: Book, claim: Claim, plan: Plan) -> None:
    scope = claim.scope
    book.next_person = plan.next_person
    for digest, found in plan.persons.items():
        person = _find(plan, found)
        if book.persons.get(digest) != person:
            book.persons[digest] = person
            book.changed_persons[digest] = scope.entity
    for person, into in plan.merged.items():
        book.merges.append((scope.entity, person, _find(plan, into)))
        book.persons.update({digest: _find(plan, into) for digest, owner in book.persons.items() if owner == person})
    for key in plan.gone:
        book.counted.pop(key, None)
        book.scopes_of.get(key[1], set()).discard(key[0])
    for key, days in plan.counted.items():
        book.counted[key] = days
        book.scopes_of.setdefault(key[1], set()).add(key[0])
    book.changed_counted.update(plan.gone, plan.counted)
    for owner, change in plan.tallies.items():
        _add(book, owner, change)
    if claim.names:
        _add(book, scope, {UNRESOLVED: plan.names})
        _remember_names(book, claim, all_new=plan.names == claim.names)


def _add(book: Book, scope: Scope, change: Mapping[str, int]) -> None:
    tally = book.tallies[scope]
    for name, amount in change.items():
        if amount:
            tally[name] = tally.get(name, 0) + amount
            book.changed_scopes.add(scope)


def _remember_names(book: Book, claim: Claim, *, all_new: bool) -> None:
    key = (claim.scope, claim.conversation)
    held, last = book.names.get(key, (0, ""))
    book.names[key] = (claim.names if all_new else max(held, claim.names), max(last, claim.day))
    book.changed_names.add(key)
