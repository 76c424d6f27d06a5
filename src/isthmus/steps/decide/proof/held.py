"""What can be on file of one kind of instrument, as far as the rules tell it apart.

An instrument is known by the answers it gives; several of a kind give together what the best of them gives. Days lie
around the bounds that the rules name: the first and the last day, years of validity, working days before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import product

import msgspec

from isthmus.facts import Facts, Instrument
from isthmus.steps.decide.calendar_days import last_day
from isthmus.steps.decide.proof.leaves import FILE, INSTRUMENT, Leaf, listed
from isthmus.steps.decide.proof.schema import BASE
from isthmus.steps.decide.proof.values import FREE, UNKNOWN, Signature, Variable

READ = ("kind", "valid_from", "valid_until", "filed_on", "recipient")
# A week, so that every weekday is the day decided on, and a leap day.
DAYS = (*(f"2026-11-{day}" for day in range(23, 30)), "2028-02-29")


def of_kind(leaves: Iterable[Leaf], kind: str) -> tuple[Leaf, ...]:
    """The leaves that ask for an instrument of a kind."""
    return tuple(leaf for leaf in leaves if leaf.word == INSTRUMENT and kind in listed(leaf.tree[INSTRUMENT]))


def held(leaves: Iterable[Leaf], kind: str) -> Variable:
    """The variable of one kind; its values are the answers, leaf by leaf, the first of them that nothing is on file."""
    asking = of_kind(leaves, kind)
    nothing = answers(asking, BASE)
    found = dict.fromkeys([nothing])
    for on in DAYS:
        found |= dict.fromkeys(_one(asking, kind, on))
    waiting = list(found)
    while waiting:
        one = waiting.pop()
        for other in list(found):
            both = joined([one, other])
            if both not in found:
                found[both] = None
                waiting.append(both)
    return Variable(
        name=f"{FILE}{kind}",
        values=tuple(found),
        costs=tuple(
            0 if one == nothing else FREE + UNKNOWN * (None in one) + sum(a is True for a in one) for one in found
        ),
        paths=frozenset({"on", "recipient.id", *(f"{FILE}{name}" for name in READ)}),
        index={one: n for n, one in enumerate(found)},
    )


def answers(leaves: Sequence[Leaf], facts: Facts) -> Signature:
    """What the leaves answer to the file of a flow."""
    return tuple(leaf.asked(facts) for leaf in leaves)


def joined(signatures: Sequence[Signature]) -> Signature:
    """The answers of several instruments together: true where one is, else unknown where one is."""
    return tuple(True if True in row else None if None in row else False for row in zip(*signatures, strict=True))


def _one(leaves: tuple[Leaf, ...], kind: str, on: str) -> Iterator[Signature]:
    facts = msgspec.structs.replace(BASE, on=on)
    for instrument in instruments(leaves, kind, on):
        yield answers(leaves, msgspec.structs.replace(facts, instruments=(instrument,)))


def filed(leaves: Sequence[Leaf], kind: str, wanted: Signature, on: str) -> tuple[Instrument, ...]:
    """The fewest instruments of a kind that give these answers on a day; raises `LookupError` where none do."""
    facts, chosen = msgspec.structs.replace(BASE, on=on), tuple[Instrument, ...]()
    if answers(leaves, facts) == wanted:
        return ()
    options: dict[Signature, Instrument] = {}
    for instrument in instruments(tuple(leaves), kind, on):
        given = answers(leaves, msgspec.structs.replace(facts, instruments=(instrument,)))
        if joined([given, wanted]) == wanted:
            options.setdefault(given, instrument)
    if wanted in options:
        return (options[wanted],)
    for given, instrument in sorted(options.items(), key=lambda pair: -sum(a is not False for a in pair[0])):
        so_far = answers(leaves, msgspec.structs.replace(facts, instruments=chosen))
        if joined([so_far, given]) != so_far:
            chosen = (*chosen, instrument)
    if answers(leaves, msgspec.structs.replace(facts, instruments=chosen)) != wanted:
        raise LookupError(f"no file of {kind} on {on}")
    return chosen


@cache
def instruments(leaves: tuple[Leaf, ...], kind: str, on: str) -> tuple[Instrument, ...]:
    """Instruments of a kind whose days lie around every bound that the leaves name, as seen from a day."""
    years = {int(leaf.tree["years"]) for leaf in leaves if "years" in leaf.tree}
    since = {int(leaf.tree["within_working_days"]) for leaf in leaves if "within_working_days" in leaf.tree}
    ending = {int(leaf.tree[key]) for leaf in leaves for key in leaf.tree if key == "expires_within_working_days"}
    ahead = {0, 1, 400} | {calendar + near for n in ending for calendar in [n * 7 // 5] for near in range(-3, 5)}
    back = {0, -1} | {-(n * 7 // 5) + near for n in since for near in range(-4, 4)}
    starts = [None, *(_day(on, days) for days in sorted({1, *back}, reverse=True))]
    starts += [_day(_years_before(on, n), near) for n in years for near in sorted({-1, 0, 1, *ahead})]
    untils = [None, *(_day(on, days) for days in sorted({-1, *ahead}))]
    filings = [None, on, _day(on, 1)] if any(leaf.tree.get("filed") == "true" for leaf in leaves) else [None]
    return tuple(
        Instrument(kind=kind, valid_from=start, valid_until=until, filed_on=filing)  # type: ignore[arg-type] # the kind comes from a leaf, which the engine checked
        for until, filing, start in product(untils, filings, starts)
    )


def _day(on: str, days: int) -> str:
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat()


def _years_before(on: str, years: int) -> str:
    return last_day(on, -years)
