"""The verifier finds every change of a generated ledger, and says what it cannot exclude.

The ledgers here are made by the writer's own code; the tampering is that of someone who knows the format and computes
anew whatever the attack at hand lets them.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.steps.record.ledger_parts import AT, ORIGIN, PRIVATE, closed, opened

from isthmus.steps.record.canonical import numbered
from isthmus.steps.record.checkpoint import Verifier, public_bytes, signed
from isthmus.steps.record.entries import Entry, unnumbered_bytes
from isthmus.steps.record.merkle import Frontier, leaf_hash
from isthmus.steps.record.verify import Report, verify

KEY = Verifier(name=ORIGIN, key=public_bytes(PRIVATE))
CONTENTS = st.dictionaries(
    st.text("abc", min_size=1, max_size=2), st.integers(0, 9) | st.text(max_size=3), min_size=1, max_size=3
)
LEDGERS = st.lists(CONTENTS, min_size=2, max_size=24)
Row = dict[str, Any]


def entry(number: int, content: dict[str, Any]) -> bytes:
    """The canonical bytes of the entry with that number."""
    return numbered(unnumbered_bytes(Entry(kind="send.opened", at=AT, send=f"s{number}", content=content)), number)


def ledger(bodies: list[bytes]) -> list[Row]:
    """The rows of a log of these entries, as the store holds them."""
    frontier, rows = Frontier(), []
    for number, body in enumerate(bodies):
        frontier.add(leaf_hash(body))
        rows.append({"seq": number, "leaf": leaf_hash(body), "root": frontier.root(), "body": body})
    return rows


def lines(rows: list[Row], *, notes: tuple[str, ...] = (), end: tuple[int, bytes] | None = None) -> list[bytes]:
    """An export of the rows; `end` is what the store holds to be its last state."""
    size, root = end or (len(rows), rows[-1]["root"] if rows else b"")
    found = [
        b'{"seq":%d,"leaf":"%b","root":"%b","entry":%b}'
        % (row["seq"], row["leaf"].hex().encode(), row["root"].hex().encode(), row["body"])
        for row in rows
    ]
    found += [b'{"checkpoint":' + msgspec.json.encode(note) + b"}" for note in notes]
    return [*found, b'{"end":{"size":%d,"root":"%b"}}' % (size, root.hex().encode())]


def made(contents: list[dict[str, Any]]) -> list[Row]:
    """A generated log."""
    return ledger([entry(number, content) for number, content in enumerate(contents)])


def note_of(rows: list[Row]) -> str:
    """A checkpoint of the log as it stands."""
    return signed(ORIGIN, len(rows), rows[-1]["root"], PRIVATE)


def codes(report: Report) -> set[str]:
    """What was found."""
    return {problem.code for problem in report.problems}


@given(LEDGERS)
def test_an_honest_ledger_verifies(contents: list[dict[str, Any]]):
    """With the checkpoint and key at hand nothing is left open; without, it says what is."""
    rows = made(contents)
    report = verify(lines(rows, notes=(note_of(rows[:-1]),)), checkpoint=note_of(rows), key=KEY)
    assert (report.ok, report.size, report.covered) == (True, len(rows), len(rows))
    assert report.root == rows[-1]["root"].hex()
    assert not report.not_excluded_en
    bare = verify(lines(rows))
    assert bare.ok
    assert len(bare.not_excluded_en) == len(bare.not_excluded_zh) == 2


@settings(max_examples=100)
@given(LEDGERS, st.data())
def test_every_changed_entry_is_found(contents: list[dict[str, Any]], data: st.DataObject):
    """Other content, with or without its leaf hash and own root computed anew: found without any checkpoint."""
    rows = made(contents)
    at = data.draw(st.integers(0, len(rows) - 1))
    body = entry(at, {**contents[at], "changed": 1})
    rows[at]["body"] = body
    if data.draw(st.booleans()):
        rows[at]["leaf"] = leaf_hash(body)
        if at < len(rows) - 1 and data.draw(st.booleans()):
            rows[at]["root"] = ledger([row["body"] for row in rows])[at]["root"]
    report = verify(lines(rows))
    assert not report.ok
    assert report.problems[0].seq in (at, at + 1)


@settings(max_examples=100)
@given(LEDGERS, st.data())
def test_every_single_byte_is_covered(contents: list[dict[str, Any]], data: st.DataObject):
    """Whatever byte of an entry, a leaf hash or a root changes, the log no longer verifies."""
    rows = made(contents)
    at = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(["body", "leaf", "root"]))
    old = rows[at][field]
    place = data.draw(st.integers(0, len(old) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != old[place]))
    rows[at][field] = old[:place] + bytes([byte]) + old[place + 1 :]
    assert not verify(lines(rows)).ok


@settings(max_examples=100)
@given(LEDGERS, st.data())
def test_every_removed_entry_is_found(contents: list[dict[str, Any]], data: st.DataObject):
    """A hole in the middle is found, also where the later rows are numbered anew; the last one by the end line."""
    rows = made(contents)
    end = (len(rows), rows[-1]["root"])
    del rows[data.draw(st.integers(0, len(rows) - 1))]
    if data.draw(st.booleans()):
        rows = [{**row, "seq": number} for number, row in enumerate(rows)]
    assert not verify(lines(rows, end=end)).ok


@settings(max_examples=100)
@given(LEDGERS, st.data())
def test_every_swap_is_found(contents: list[dict[str, Any]], data: st.DataObject):
    """Two entries in each other's place, as whole rows, under each other's numbers, or with renumbered bytes."""
    rows = made(contents)
    first = data.draw(st.integers(0, len(rows) - 2))
    second = data.draw(st.integers(first + 1, len(rows) - 1))
    how = data.draw(st.sampled_from(["rows", "bodies", "contents"]))
    if how == "rows":
        rows[first], rows[second] = rows[second], rows[first]
    elif how == "bodies":
        rows[first]["body"], rows[second]["body"] = rows[second]["body"], rows[first]["body"]
        rows[first]["leaf"], rows[second]["leaf"] = rows[second]["leaf"], rows[first]["leaf"]
    else:
        for here, there in ((first, second), (second, first)):
            body = numbered(unnumbered_bytes(Entry(kind="k", at=AT, content={"was": there})), here)
            rows[here] |= {"body": body, "leaf": leaf_hash(body)}
    assert not verify(lines(rows)).ok


@settings(max_examples=100)
@given(LEDGERS, CONTENTS, st.data())
def test_every_inserted_entry_is_found(contents: list[dict[str, Any]], more: dict[str, Any], data: st.DataObject):
    """A new entry, or a copy of an old one, anywhere before the end or after it."""
    rows = made(contents)
    end = (len(rows), rows[-1]["root"])
    at = data.draw(st.integers(0, len(rows)))
    new = dict(rows[min(at, len(rows) - 1)])
    if data.draw(st.booleans()):
        body = entry(at, more)
        frontier = Frontier()
        for row in rows[:at]:
            frontier.add(row["leaf"])
        frontier.add(leaf_hash(body))
        new = {"seq": at, "body": body, "leaf": leaf_hash(body), "root": frontier.root()}
    rows.insert(at, new)
    assert not verify(lines(rows, end=end)).ok


@settings(max_examples=100)
@given(LEDGERS, st.data())
def test_a_cut_tail_needs_a_checkpoint(contents: list[dict[str, Any]], data: st.DataObject):
    """With the end line and the store's checkpoints forged too, only the checkpoint from elsewhere tells."""
    rows = made(contents)
    note = note_of(rows)
    kept = rows[: data.draw(st.integers(1, len(rows) - 1))]
    assert codes(verify(lines(kept), checkpoint=note, key=KEY)) == {"cut"}
    blind = verify(lines(kept))
    assert blind.ok
    assert any("cut off the end" in line for line in blind.not_excluded_en)


@settings(max_examples=100)
@given(LEDGERS, st.data())
def test_a_recomputed_ledger_needs_a_checkpoint(contents: list[dict[str, Any]], data: st.DataObject):
    """All hashes computed anew, shorter, equal or longer: found by the checkpoint, and by it alone."""
    rows = made(contents)
    at = data.draw(st.integers(0, len(rows) - 1))
    forged = made([*contents[:at], {"forged": 1}, *contents[at + 1 :], *data.draw(st.just([]) | LEDGERS)])
    assert codes(verify(lines(forged), checkpoint=note_of(rows), key=KEY)) == {"rewritten"}
    blind = verify(lines(forged))
    assert blind.ok
    assert any("computed anew" in line for line in blind.not_excluded_en)
    kept = verify(lines(forged, notes=(note_of(rows),)))
    assert codes(kept) == {"rewritten"}


def test_a_forged_checkpoint_needs_the_key():
    """A note that was signed with another key is found where the right one is given, and doubted where none is."""
    rows = made([{"a": 1}, {"b": 2}])
    forged = signed(ORIGIN, 2, rows[-1]["root"], Ed25519PrivateKey.generate())
    assert codes(verify(lines(rows), checkpoint=forged, key=KEY)) == {"signature"}
    doubted = verify(lines(rows), checkpoint=forged)
    assert doubted.checkpoint == "unsigned"
    assert any("forged" in line for line in doubted.not_excluded_en)


def test_entries_after_the_checkpoint_are_named():
    """An old checkpoint says how much it does not cover."""
    rows = made([{"a": 1}] * 5)
    report = verify(lines(rows), checkpoint=note_of(rows[:3]), key=KEY)
    assert (report.ok, report.covered) == (True, 3)
    assert report.not_excluded_en[0].startswith("2 entries are younger")
    assert report.not_excluded_zh[0].startswith("有 2 条")


def test_a_key_alone_excludes_outsiders_only():
    """The store's own checkpoint shows that nobody without the private key recomputed; it says so."""
    rows = made([{"a": 1}] * 3)
    report = verify(lines(rows, notes=(note_of(rows[:2]),)), key=KEY)
    assert any("signing key could have computed the first 2" in line for line in report.not_excluded_en)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "end"),
        (b"not json", "unreadable"),
        (b'{"seq":0}', "unreadable"),
        (b'{"seq":0,"leaf":"zz","root":"","entry":{}}', "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b'{"checkpoint":"x"}', "checkpoint"),
        (b'{"checkpoint":1}', "unreadable"),
        (b'{"end":{"size":1,"root":""}}', "end"),
    ],
)
def test_what_is_no_export_does_not_verify(line: bytes, code: str):
    """Any other file is told from an export, without an exception."""
    assert code in codes(verify([line]))


def test_an_export_that_was_cut_short_or_goes_on_is_not_whole():
    """The end line comes last, and once."""
    whole = lines(made([{"a": 1}]))
    assert codes(verify(whole[:-1])) == {"end"}
    assert "end" in codes(verify([*whole, *whole]))
    assert verify([whole[0] + b"\r\n", b"\n", whole[1]]).ok


def test_sends_that_are_still_open_are_counted():
    """An opened send without its end is told, and is no fault of the log."""
    bodies = [numbered(unnumbered_bytes(row), number) for number, row in enumerate([opened(1), opened(2), closed(1)])]
    report = verify(lines(ledger(bodies)))
    assert (report.ok, report.open_sends) == (True, 1)


def test_the_empty_ledger_verifies():
    """Nothing was recorded, and nothing is amiss."""
    report = verify(lines([]))
    assert (report.ok, report.size, report.root) == (True, 0, "")
    assert hashlib.sha256(b"").hexdigest() != report.root
