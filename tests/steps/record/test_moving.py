"""A ledger moves from one kind of store to the other and goes on there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.steps.record.ledger_parts import closed, exported, kinds, ledger_in, opened, persons, url

from isthmus.errors import LedgerError
from isthmus.exchange import Joined
from isthmus.steps.record.verify import verify
from isthmus.store import NewRow, append_registry, export_lines, open_store, registry_rows
from isthmus.store.copying import copy_store


@pytest.fixture(params=["to-postgresql", "to-sqlite"])
def both(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> tuple[Path, Path]:
    """The folder of a ledger, and an empty one on the other kind of store."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    at_server = new if request.param == "to-postgresql" else old
    (at_server / "store-url").write_text(database, encoding="utf-8")
    return old, new


def move(old: Path, new: Path) -> int:
    source, target = open_store(url(old), create=False), open_store(url(new))
    try:
        return copy_store(source, target)
    finally:
        source.close()
        target.close()


async def test_a_moved_ledger_goes_on_with_its_numbers_persons_and_checkpoints(both: tuple[Path, Path]):
    """The export is the same to the byte; known persons are not counted again; the old checkpoint still holds."""
    old, new = both
    async with await ledger_in(old) as ledger:
        for number in range(600):
            await ledger.append(opened(number), durable=False)
            await ledger.append(closed(number), durable=False)
        await ledger.append(opened("last"), (persons("a", "b"),))
        await ledger.join((Joined(origin="here", classes=None),), entity="e", conversation="c", call="x")
    store = open_store(url(old))
    append_registry(store, [NewRow(what="act", id="a", content={"id": "a", "note": "备案"})], at="t", by="someone")
    store.close()
    before = exported(old)
    assert move(old, new) == len(kinds(old))
    assert exported(new) == before
    with pytest.raises(LedgerError, match="holds a ledger already"):
        move(old, new)
    async with await ledger_in(new, witness=old / "witness") as ledger:
        receipt = await ledger.append(opened("next"), (persons("b", "c"),))
        assert [(row.before, row.after) for row in receipt.tallies] == [(0, 0), (2, 3)]
        assert await ledger.joined("c") == (Joined(origin="here", classes=None),)
    store = open_store(url(new))
    assert [row.content for row in registry_rows(store)] == [{"id": "a", "note": "备案"}]
    report = verify(export_lines(store), checkpoint=(old / "witness" / "latest").read_text(encoding="utf-8"))
    store.close()
    assert (report.ok, report.open_sends) == (True, 0)


async def test_a_ledger_that_is_written_to_does_not_move(both: tuple[Path, Path]):
    """Nothing may be appended behind the copy."""
    old, new = both
    async with await ledger_in(old):
        with pytest.raises(LedgerError, match=r"1 instance\(s\) write"):
            move(old, new)
