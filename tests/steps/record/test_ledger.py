"""The ledger: durable groups, reservations, recovery, keys, checkpoints, and what it does when the disk fails."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from tests.steps.record.ledger_parts import (
    AT,
    KEYS,
    SIGNER,
    change,
    closed,
    exported,
    kinds,
    ledger_in,
    opened,
    persons,
    rows,
    until,
    url,
)

from isthmus.errors import BandCrossedError, ConfigError, LedgerError
from isthmus.exchange import Joined, Limit
from isthmus.steps.record import Entry, entries
from isthmus.steps.record.checkpoint import read_verifier
from isthmus.steps.record.verify import verify
from isthmus.store.schema import METADATA


def disk(folder: Path) -> bytes:
    """Everything that lies in the store, and beside it."""
    told = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    for table in METADATA.tables:
        told += b" ".join(repr(value).encode() for row in rows(folder, f"SELECT * FROM {table}") for value in row)
    return told


async def test_a_durable_entry_is_on_the_disk_when_append_returns(place: Path):
    """Another connection reads entry and reservation before anything else happens."""
    async with await ledger_in(place) as ledger:
        receipt = await ledger.append(opened(1), (persons("a", "b"),))
        assert kinds(place)[receipt.seq] == "send.opened"
        assert rows(place, "SELECT count(*) FROM identifiers") == [(2,)]
        assert [(row.category, row.before, row.after) for row in receipt.tallies] == [
            ("sensitive", 0, 0),
            ("general", 0, 2),
        ]


async def test_a_queued_entry_is_durable_within_50_ms(place: Path):
    """Append returns at once with number -1, and the entry follows by itself."""
    async with await ledger_in(place) as ledger:
        began = time.monotonic()
        receipt = await ledger.append(opened(1), durable=False)
        assert receipt.seq == -1
        await until(lambda: not ledger.backlog)
        assert time.monotonic() - began < 0.5  # 50 ms on a quiet machine; a busy one must not fail the test
        assert kinds(place) == ["instance.started", "send.opened"]


async def test_entries_of_many_tasks_are_numbered_without_a_gap(place: Path):
    """A hundred concurrent appends give a hundred different numbers, and the log verifies."""
    async with await ledger_in(place) as ledger:
        receipts = await asyncio.gather(*(ledger.append(opened(n), (persons(f"p{n}"),)) for n in range(100)))
        assert sorted(receipt.seq for receipt in receipts) == list(range(1, 101))
        assert max(receipt.tallies[1].after for receipt in receipts) == 100
        for number in range(100):
            await ledger.append(closed(number), durable=False)
    assert rows(place, "SELECT count(*) FROM open_sends") == [(0,)]
    assert verify(exported(place)).ok


async def test_a_crossed_band_writes_nothing_and_spares_its_neighbours(place: Path):
    """In one group, the append that crosses its band fails and the others stand."""
    full = persons("c", limits=(Limit(category="general", low=0, high=1),))
    async with await ledger_in(place) as ledger:
        outcomes = await asyncio.gather(
            ledger.append(opened(1), (persons("a"),)),
            ledger.append(opened(2), (persons("b", scheme="us.bulk"), full)),
            ledger.append(opened(3), (persons("b"),)),
            return_exceptions=True,
        )
        assert isinstance(outcomes[1], BandCrossedError)
        assert kinds(place) == ["instance.started", "send.opened", "send.opened"]
        assert rows(place, "SELECT DISTINCT scheme FROM scopes") == [("cn.export",)]
        assert rows(place, "SELECT count(*) FROM identifiers") == [(2,)]


async def test_tallies_tell_and_do_not_count(place: Path):
    """The counts of a reservation that is only asked about stay as they were."""
    async with await ledger_in(place) as ledger:
        await ledger.append(opened(1), (persons("a"),))
        for _ in range(2):
            tallies = await ledger.tallies(persons("a", "b"))
            assert [(row.before, row.after) for row in tallies] == [(0, 0), (1, 2)]


async def test_a_merge_is_an_entry_of_its_own(place: Path):
    """Two persons that turn out to be one are joined in the log and in the counts, for good."""
    linked = persons("a")
    person = msgspec.structs.replace(linked.people.persons[0], identifiers=(("kind", "a"), ("kind", "b")))
    linked = msgspec.structs.replace(linked, people=msgspec.structs.replace(linked.people, persons=(person,)))
    async with await ledger_in(place) as ledger:
        await ledger.append(opened(1), (persons("a", "b"),))
        receipt = await ledger.append(opened(2), (linked,))
        assert receipt.tallies[1].after == 1
    async with await ledger_in(place) as ledger:
        assert (await ledger.tallies(persons("a", "b")))[1].after == 1
    assert kinds(place)[2:4] == ["send.opened", "person.merged"]


async def test_no_identifier_is_in_the_store(place: Path):
    """What persons were recognised by is keyed before it reaches the disk."""
    async with await ledger_in(place) as ledger:
        await ledger.append(opened(1), (persons("the-only-such-value"),))
    assert b"the-only-such-value" not in disk(place)


async def test_another_or_no_person_key_stops_the_start(place: Path):
    """Counts that could not be continued are never begun anew; an entity that counted nobody may change its key."""
    async with await ledger_in(place, person_keys={**KEYS, "f": ("key-f", b"f" * 32)}) as ledger:
        await ledger.append(opened(1), (persons("a"),))
    for keys in ({"e": ("key-2", b"x" * 32)}, {}):
        with pytest.raises(LedgerError, match="secret of entity `e`"):
            await ledger_in(place, person_keys=keys)
    async with await ledger_in(place, person_keys={**KEYS, "f": ("key-g", b"g" * 32)}) as ledger:
        with pytest.raises(LedgerError, match="no key to count"):
            await ledger.append(opened(2), (persons("a", entity="unknown"),))


CHILD = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.steps.record.ledger_parts import ledger_in, opened, persons
async def main():
    ledger = await ledger_in(Path(sys.argv[1]))
    await ledger.append(opened(sys.argv[3]), (persons(sys.argv[3]),))
    print(ledger.id, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def child(folder: Path, name: str) -> tuple[subprocess.Popen[str], str]:
    """Another process with an open send, and the id of its instance."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(Path(__file__).parents[3]), name],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


async def test_sends_of_the_dead_are_closed_and_those_of_the_living_are_not(place: Path):
    """After kill -9 the next start closes what that process left, and nothing else; persons stay counted."""
    async with await ledger_in(place) as mine:
        await mine.append(opened("mine"), (persons("a"),))
        (dead, dead_id), (alive, _) = child(place, "dead"), child(place, "alive")
        try:
            os.kill(dead.pid, signal.SIGKILL)
            dead.wait()
            async with await ledger_in(place) as next_one:
                assert rows(place, "SELECT send FROM open_sends ORDER BY 1") == [("send-alive",), ("send-mine",)]
                assert (await next_one.tallies(persons("dead")))[1].before == 3
        finally:
            for process in (dead, alive):
                process.kill()
                process.wait()
                assert process.stdout is not None
                process.stdout.close()
    found = [msgspec.json.decode(body) for (body,) in rows(place, "SELECT body FROM entries ORDER BY seq")]
    ended = {entry["send"]: entry["content"] for entry in found if entry["kind"] == "send.closed"}
    assert ended["send-dead"] == {"outcome": "interrupted", "instance": dead_id}
    assert ended["send-mine"] == {"outcome": "interrupted", "instance": mine.id}
    assert "send-alive" not in ended
    assert [e["content"]["sends"] for e in found if e["kind"] == "instance.recovered"] == [1]
    assert verify(exported(place)).ok


async def test_checkpoints_are_signed_on_schedule_and_at_stop(place: Path):
    """Each is in the store and in the second place; the log verifies with the newest and the key left there."""
    ledger = await ledger_in(place, checkpoint_every_s=0.01)
    await ledger.append(opened(1))
    latest = place / "witness" / "latest"
    await until(latest.exists)
    await ledger.append(closed(1))
    await ledger.close()
    await ledger.close()
    key = read_verifier((place / "witness" / "verifier-key").read_bytes())
    report = verify(exported(place), checkpoint=latest.read_text(encoding="utf-8"), key=key)
    assert (report.ok, report.checkpoint, report.covered) == (True, "signed", report.size)
    assert not report.not_excluded_en
    days = [folder for folder in (place / "witness").iterdir() if folder.is_dir()]
    kept = sum(len(list(day.iterdir())) for day in days)
    assert rows(place, "SELECT count(*) FROM checkpoints") == [(kept,)]
    assert kept >= 2


async def test_another_signer_needs_another_folder(place: Path):
    """A key that changes unnoticed would make old checkpoints worthless."""
    await (await ledger_in(place)).close()
    with pytest.raises(LedgerError, match="another key"):
        await ledger_in(place, origin="other")
    with pytest.raises(ConfigError, match="Ed25519"):
        await ledger_in(place, signer=b"nonsense")


async def test_a_witness_that_fails_is_told_and_does_not_stop_calls(place: Path):
    """The evidence goes on; `witness_failure` says what is amiss until a checkpoint could be left again."""
    ledger = await ledger_in(place, checkpoint_every_s=0.01)
    (place / "witness").rename(place / "gone")
    (place / "witness").write_text("in the way")
    await ledger.append(opened(1))
    await until(lambda: ledger.witness_failure)
    assert ledger.failure is None
    (place / "witness").unlink()
    (place / "gone").rename(place / "witness")
    await ledger.append(closed(1))
    await until(lambda: ledger.witness_failure is None)
    await ledger.close()


async def test_when_the_disk_fails_nothing_may_leave_until_it_works_again(place: Path):
    """Waiting appends fail, queued ones are kept and written later, new sends are refused, closings are kept."""
    ledger = await ledger_in(place)
    await ledger.append(opened(1))
    change(place, "ALTER TABLE entries RENAME TO hidden")
    with pytest.raises(LedgerError, match="cannot be written"):
        await ledger.append(opened(2), (persons("a"),))
    assert ledger.failure is not None
    with pytest.raises(LedgerError, match="cannot be written"):
        await ledger.append(opened(3), durable=False)
    await ledger.append(closed(1), durable=False)
    change(place, "ALTER TABLE hidden RENAME TO entries")
    await until(lambda: not ledger.backlog)
    assert ledger.failure is None
    await ledger.append(opened(4), (persons("a"),))
    await ledger.close()
    assert kinds(place) == [
        "instance.started",
        "send.opened",
        "send.closed",
        "send.opened",
        "send.closed",
        "instance.stopped",
    ]
    assert verify(exported(place)).ok


async def test_a_disk_that_works_again_is_noticed_without_an_entry(place: Path):
    """A server that was taken out of service because of it can come back."""
    async with await ledger_in(place) as ledger:
        change(place, "ALTER TABLE tip RENAME TO hidden")
        with pytest.raises(LedgerError, match="cannot be written"):
            await ledger.append(opened(1))
        change(place, "ALTER TABLE hidden RENAME TO tip")
        await until(lambda: ledger.failure is None)


async def test_entries_that_are_lost_at_the_end_are_counted(place: Path):
    """Closing on a disk that fails says how many, and leaves nobody waiting."""
    ledger = await ledger_in(place)
    change(place, "ALTER TABLE entries RENAME TO hidden")
    await ledger.append(opened(1), durable=False)
    await ledger.append(opened(2), durable=False)
    with pytest.raises(LedgerError, match="2 entries could not be written"):
        await ledger.close()


async def test_a_full_queue_refuses(place: Path):
    """What waits for the disk is bounded."""
    async with await ledger_in(place, queue=5) as ledger:

        async def flood() -> None:
            for number in range(1000):
                await ledger.append(opened(number), durable=False)

        with pytest.raises(LedgerError, match="wait for the disk"):
            await flood()


async def test_an_entry_without_a_canonical_form_harms_nobody_else(place: Path):
    """The error comes from append itself, and the ledger goes on."""
    async with await ledger_in(place) as ledger:
        with pytest.raises(LedgerError, match="float"):
            await ledger.append(opened(1, cost=0.1))
        assert (await ledger.append(opened(2))).seq == 1


async def test_a_cancelled_append_is_still_an_entry(place: Path):
    """A client that leaves does not take its evidence along, nor that of its group."""
    async with await ledger_in(place) as ledger:
        task = asyncio.create_task(ledger.append(opened(1)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await ledger.append(opened(2))).seq == 2


async def test_a_closed_ledger_takes_nothing(place: Path):
    """What was queued before closing is written, what is still open is closed, what comes after is refused."""
    ledger = await ledger_in(place)
    await ledger.append(opened(1), durable=False)
    await ledger.close()
    with pytest.raises(LedgerError, match="closed"):
        await ledger.append(opened(2), durable=False)
    assert kinds(place) == ["instance.started", "send.opened", "send.closed", "instance.stopped"]
    assert rows(place, "SELECT count(*) FROM open_sends") == [(0,)]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tip SET size = size + 1",
        "UPDATE tip SET size = 4, peaks = ''",
        "DELETE FROM tip",
        "DELETE FROM entries WHERE seq = 1",
    ],
)
async def test_a_damaged_tip_stops_the_start(place: Path, damage: str):
    """Nothing is appended to a tree whose state does not fit."""
    await (await ledger_in(place)).close()
    change(place, damage)
    with pytest.raises(LedgerError, match=r"tip of the ledger|latest checkpoint"):
        await ledger_in(place)


async def test_a_store_that_went_back_in_time_stops_the_start(place: Path):
    """Restored from an older copy it fits in itself, but not to the checkpoint that was left elsewhere."""
    async with await ledger_in(place) as ledger:
        ((peaks,),) = rows(place, "SELECT peaks FROM tip")
        await ledger.append(opened(1))
    older = f"x'{peaks.hex()}'" if url(place).startswith("sqlite") else f"'\\x{peaks.hex()}'"
    change(place, "DELETE FROM entries WHERE seq > 0", f"UPDATE tip SET size = 1, peaks = {older}")
    with pytest.raises(LedgerError, match="latest checkpoint was signed for"):
        await ledger_in(place)
    (place / "witness").rename(place / "witness-before")
    await (await ledger_in(place)).close()


async def test_a_conversation_remembers_what_joined_it(place: Path):
    """At every instance, once each, whatever the order of classes; other conversations know nothing of it."""
    here, unread = Joined(origin="here", classes=("cn.sensitive", "cn.personal")), Joined(origin="here", classes=None)
    same = Joined(origin="here", classes=("cn.personal", "cn.sensitive"))
    async with await ledger_in(place) as one, await ledger_in(place) as two:
        assert await two.joined("c") == ()
        await one.join((here, unread), entity="e", conversation="c", call="call-1")
        await two.join((same,), entity="e", conversation="c", call="call-2")
        for ledger in (one, two):
            assert await ledger.joined("c") == (same, unread)
            assert await ledger.joined("d") == ()
    assert kinds(place).count("conversation.joined") == 2
    assert verify(exported(place)).ok


@pytest.mark.parametrize(
    "entry",
    [
        entries.call_refused(at=AT, call="c", content={"code": "refused_by_law"}),
        entries.call_rejected(at=AT, call="c", content={"code": "invalid_request", "status": 400}),
        entries.decision_made(at=AT, call="c", facts={"on": "2026-01-01"}, decision={"verdict": "deny"}),
        entries.registry_applied(at=AT, by="someone", rows=[{"what": "key", "id": "k"}]),
    ],
    ids=lambda entry: entry.kind,
)
async def test_each_kind_of_entry_can_be_appended(place: Path, entry: Entry):
    """The builders make entries that have a canonical form."""
    async with await ledger_in(place) as ledger:
        await ledger.append(entry)
    assert entry.kind in kinds(place)


def test_the_signer_is_never_printed():
    """A ledger's repr holds its origin and id only."""
    assert SIGNER.startswith(b"-----BEGIN PRIVATE KEY-----")
