"""Loads what a group of claims touches from the store into a `Book`, and saves what changed, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from isthmus.steps.record.counting import Book, Claim, Scope, year_before
from isthmus.store.sql import Sql

_SCOPE = "SELECT id, entity, scheme, period, counterparty, categories, as_of, tallies FROM scopes"
_COUNTED = "SELECT person, scope, category, day FROM counted WHERE person IN"
_NAMES = "SELECT scope, conversation, names, day FROM unresolved WHERE scope = ?"


class Census:
    """A book with the numbers that its scopes have in the store."""

    def __init__(self, next_person: int, next_scope: int) -> None:
        self.book = Book(next_person)
        self.next_scope = next_scope
        self.numbers: dict[Scope, int] = {}
        self.scopes: dict[int, Scope] = {}

    def know_scope(self, row: tuple[Any, ...]) -> Scope:
        """Take a scope as the store has it."""
        number, entity, scheme, period, counterparty, categories, as_of, tallies = row
        scope = Scope(entity=entity, scheme=scheme, period=period, counterparty=counterparty)
        self.numbers[scope], self.scopes[number] = number, scope
        self.book.orders[scope] = tuple(msgspec.json.decode(categories, type=list[str]))
        self.book.as_of[scope] = as_of
        self.book.tallies[scope] = msgspec.json.decode(tallies, type=dict[str, int])
        return scope


def load(sql: Sql, claims: Iterable[Claim], next_person: int, next_scope: int) -> Census:
    """Everything that the claims need to be counted."""
    claims = list(claims)
    census = Census(next_person, next_scope)
    for scope in {claim.scope for claim in claims}:
        where = f"{_SCOPE} WHERE entity = ? AND scheme = ? AND period = ? AND counterparty = ?"
        for row in sql.rows(where, *msgspec.structs.astuple(scope)):
            census.know_scope(row)
    digests = {digest for claim in claims for digests, _ in claim.persons for digest in digests}
    census.book.persons.update(sql.rows_in("SELECT digest, person FROM identifiers WHERE digest IN", sorted(digests)))
    _load_counted(sql, census, set(census.book.persons.values()))
    days: dict[Scope, str] = {}
    for claim in claims:
        days[claim.scope] = max(days.get(claim.scope, ""), claim.day)
        if claim.names and claim.scope in census.numbers:
            _load_names(sql, census, claim.scope, claim.conversation)
    for scope, day in days.items():
        if scope in census.numbers and day > census.book.as_of[scope]:
            _load_leaving(sql, census, scope, day)
    return census


def _load_counted(sql: Sql, census: Census, persons: set[int]) -> None:
    rows = sql.rows_in(_COUNTED, sorted(persons))
    unknown = {scope for _, scope, _, _ in rows} - census.scopes.keys()
    for row in sql.rows_in(f"{_SCOPE} WHERE id IN", sorted(unknown)):
        census.know_scope(row)
    for person, scope, category, day in rows:
        census.book.know(census.scopes[scope], person, category, day)


def _load_names(sql: Sql, census: Census, scope: Scope, conversation: str) -> None:
    for _, _, names, day in sql.rows(f"{_NAMES} AND conversation = ?", census.numbers[scope], conversation):
        census.book.names[scope, conversation] = (names, day)


def _load_leaving(sql: Sql, census: Census, scope: Scope, day: str) -> None:
    """Persons and names whose last day a rolling window leaves behind when it moves on to `day`."""
    window = (census.numbers[scope], year_before(census.book.as_of[scope]), year_before(day))
    leaving = sql.rows("SELECT DISTINCT person FROM counted WHERE scope = ? AND day >= ? AND day < ?", *window)
    _load_counted(sql, census, {person for (person,) in leaving})
    for _, conversation, names, last in sql.rows(f"{_NAMES} AND day >= ? AND day < ?", *window):
        census.book.names[scope, conversation] = (names, last)


def save(sql: Sql, census: Census) -> None:
    """Write what changed in the book."""
    book = census.book
    sql.insert(
        "INSERT INTO identifiers (digest, entity, person)",
        [(digest, entity, book.persons[digest]) for digest, entity in sorted(book.changed_persons.items())],
        "ON CONFLICT (digest) DO UPDATE SET person = excluded.person",
    )
    for _, person, into in book.merges:
        sql.run("UPDATE identifiers SET person = ? WHERE person = ?", into, person)
    _save_scopes(sql, census)
    _save_counted(sql, census)
    sql.insert(
        "INSERT INTO unresolved (scope, conversation, names, day)",
        [(census.numbers[scope], name, *book.names[scope, name]) for scope, name in book.changed_names],
        "ON CONFLICT (scope, conversation) DO UPDATE SET names = excluded.names, day = excluded.day",
    )


def _save_scopes(sql: Sql, census: Census) -> None:
    book, rows = census.book, []
    for scope in sorted(book.changed_scopes, key=msgspec.structs.astuple):
        if scope not in census.numbers:
            census.numbers[scope] = census.next_scope
            census.next_scope += 1
        rows.append(
            (
                census.numbers[scope],
                *msgspec.structs.astuple(scope),
                msgspec.json.encode(book.orders[scope]).decode(),
                book.as_of[scope],
                msgspec.json.encode(book.tallies[scope], order="sorted").decode(),
            )
        )
    sql.insert(
        "INSERT INTO scopes (id, entity, scheme, period, counterparty, categories, as_of, tallies)",
        rows,
        "ON CONFLICT (id) DO UPDATE SET categories = excluded.categories, as_of = excluded.as_of,"
        " tallies = excluded.tallies",
    )


def _save_counted(sql: Sql, census: Census) -> None:
    rows = []
    for scope, person in sorted(_changed_keys(census), key=lambda key: (key[1], census.numbers[key[0]])):
        days = census.book.counted.get((scope, person))
        if days is None:
            sql.run("DELETE FROM counted WHERE person = ? AND scope = ?", person, census.numbers[scope])
        else:
            rows += [(person, census.numbers[scope], category, day) for category, day in sorted(days.items())]
    sql.insert(
        "INSERT INTO counted (person, scope, category, day)",
        rows,
        "ON CONFLICT (person, scope, category) DO UPDATE SET day = excluded.day",
    )


def _changed_keys(census: Census) -> set[tuple[Scope, int]]:
    """The counted rows that changed and whose scope the store knows."""
    return {key for key in census.book.changed_counted if key[0] in census.numbers}
