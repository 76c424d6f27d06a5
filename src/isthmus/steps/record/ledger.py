"""The ledger as the pipeline sees it: append, ask for tallies, close."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from isthmus.clock import now, uuid7
from isthmus.errors import IsthmusError, LedgerError
from isthmus.exchange import Joined, Receipt, Reservation, Tally
from isthmus.steps.record import conversations, instances
from isthmus.steps.record.checkpoint import read_signer, signed, verifier_key
from isthmus.steps.record.counting import Claim, claim_of
from isthmus.steps.record.entries import Entry, conversation_joined
from isthmus.steps.record.journal import Line, holds, line, preview, tip
from isthmus.steps.record.witness import Witness
from isthmus.steps.record.writer import Pending, Writer
from isthmus.store import Store, open_store
from isthmus.store.sql import Sql

QUEUE = 10_000
MANY = 200  # persons; keying them takes some two milliseconds
_QUEUED = Receipt(seq=-1)
Asked = TypeVar("Asked")
Found = TypeVar("Found")


async def open_ledger(
    url: str,
    *,
    witness: Path,
    signer: bytes,
    origin: str,
    person_keys: Mapping[str, tuple[str, bytes]],
    checkpoint_every_s: float = 60,
    queue: int = QUEUE,
) -> Ledger:
    """Open the ledger of a store and close what instances that died left open.

    `signer` is an Ed25519 private key in PEM; `person_keys` gives each entity's key id and key. Raises `ConfigError`
    for a bad signer, `LedgerError` where the store, the folder for checkpoints or a person key is not usable.
    """
    ledger = Ledger(read_signer(signer), origin, Witness(witness), person_keys)
    await asyncio.to_thread(ledger.open, url, checkpoint_every_s, queue)
    return ledger


class Ledger:
    """An open ledger; use it on one event loop, and close it."""

    def __init__(
        self,
        key: Ed25519PrivateKey,
        origin: str,
        witness: Witness,
        person_keys: Mapping[str, tuple[str, bytes]],
    ) -> None:
        self.id = uuid7()
        self.mode = ""
        self._key, self._origin, self._witness = key, origin, witness
        self._person_keys = dict(person_keys)
        self._store: Store
        self._writer: Writer
        self._number = 0
        self._open = False
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="isthmus-tallies")
        self._reading = threading.local()

    def __repr__(self) -> str:
        return f"Ledger({self._origin}, {self.id})"

    def open(self, url: str, checkpoint_every_s: float, queue: int) -> None:
        """Open store and witness and start the writer; blocks, so it is called in a thread."""
        self._witness.introduce(verifier_key(self._origin, self._key))
        self._store = open_store(url)
        self.mode = self._store.mode
        try:
            sql = self._store.sql()
            try:
                self._check_history(sql)
                self._number = instances.enter(
                    sql, instance=self.id, origin=self._origin, person_keys=self._person_keys
                )
            except BaseException:
                sql.close()
                raise
        except BaseException:
            self._store.close()
            raise
        self._writer = Writer(
            sql, self._number, queue=queue, chore=self._checkpoint, chore_s=checkpoint_every_s, resume=self._resume
        )
        self._writer.start()
        self._open = True

    @property
    def backlog(self) -> int:
        """Entries that are not yet durable."""
        return self._writer.backlog

    @property
    def longest_wait_ms(self) -> float:
        """The longest that a durable entry has waited for its commit, in milliseconds."""
        return self._writer.longest_wait_ms

    @property
    def failure(self) -> str | None:
        """Why evidence cannot be written now: then nothing may leave; None where it can."""
        return self._writer.failure or None

    @property
    def witness_failure(self) -> str | None:
        """Why the last checkpoint is not in the second place; None where it is. Calls go on meanwhile."""
        return self._witness.error or None

    async def append(
        self, entry: Entry, reservations: tuple[Reservation, ...] = (), *, durable: bool = True
    ) -> Receipt:
        """Append an entry and count its persons, in one transaction.

        Durable, or with reservations: returns when it is on the disk. Else it is queued, the receipt has number -1, and
        it is on the disk within 50 ms. Raises `BandCrossedError` where a count left its band (nothing is written), and
        `LedgerError` where the disk fails or the queue is full.
        """
        claims = tuple([await self._claim(reservation) for reservation in reservations])
        if durable or claims:
            return await self._written(line(entry, claims))
        self._writer.put(Pending(line=line(entry), since=time.monotonic()))
        return _QUEUED

    async def _written(self, row: Line) -> Receipt:
        """Queue a line and wait until it is on the disk."""
        loop = asyncio.get_running_loop()
        pending = Pending(line=row, since=time.monotonic(), loop=loop, future=loop.create_future())
        self._writer.put(pending)
        assert pending.future is not None
        return await pending.future

    async def join(self, joined: tuple[Joined, ...], *, entity: str, conversation: str, call: str) -> None:
        """Remember, durably, what came into a conversation; saying it again changes nothing."""
        at = now()
        entry = conversation_joined(at=at, call=call, entity=entity, conversation=conversation, joined=joined)
        rows = conversations.rows_of(joined, entity=entity, conversation=conversation, at=at)
        await self._written(line(entry, joins=rows))

    async def joined(self, conversation: str) -> tuple[Joined, ...]:
        """What came into a conversation so far, at whichever gateway."""
        return await self._read(conversations.joined_in, conversation)

    async def tallies(self, reservation: Reservation) -> tuple[Tally, ...]:
        """The counts before and after, if this reservation were made now; nothing is counted."""
        return await self._read(preview, await self._claim(reservation))

    async def close(self) -> None:
        """Commit what is queued, close open sends as interrupted, sign a last checkpoint, and close the store.

        Raises `LedgerError` where entries could not be written.
        """
        if self._open:
            self._open = False
            await asyncio.to_thread(self._close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _claim(self, reservation: Reservation) -> Claim:
        """The persons of a reservation, keyed; many of them beside the event loop."""
        held = self._person_keys.get(reservation.entity)
        if held is None:
            raise LedgerError(f"entity `{reservation.entity}` has no key to count persons with")
        if len(reservation.people.persons) > MANY:
            return await asyncio.to_thread(claim_of, reservation, held[1])
        return claim_of(reservation, held[1])

    async def _read(self, read: Callable[[Sql, Asked], Found], asked: Asked) -> Found:
        """Ask the store beside the event loop, on a connection of its own."""

        def look() -> Found:
            sql: Sql | None = getattr(self._reading, "sql", None)
            try:
                if sql is None:
                    sql = self._reading.sql = self._store.sql()
                with sql.reading():
                    return read(sql, asked)
            except IsthmusError:
                raise
            except Exception as error:  # noqa: BLE001 - each driver has its own
                raise LedgerError(f"the store cannot be read: {type(error).__name__}") from None

        return await asyncio.get_running_loop().run_in_executor(self._readers, look)

    def _close(self) -> None:
        self._readers.submit(self._close_reader).result()
        self._readers.shutdown()
        self._writer.stop()
        self._store.close()
        if self._writer.lost:
            raise LedgerError(f"{self._writer.lost} entries could not be written: {self._writer.failure}")

    def _close_reader(self) -> None:
        sql: Sql | None = getattr(self._reading, "sql", None)
        if sql is not None:
            sql.close()

    def _check_history(self, sql: Sql) -> None:
        """What a checkpoint was signed for must be in the store."""
        latest = self._witness.latest()
        if latest is not None and not holds(sql, (latest.size, latest.root)):
            raise LedgerError(
                f"the store does not hold the {latest.size} entries that the latest checkpoint was signed for",
                where=str(self._witness.folder),
                remedy="bring back the store that has them; to go on without them begin a new folder for checkpoints",
            )

    def _resume(self, sql: Sql, unanswered: Sequence[str]) -> None:
        instances.resume(sql, self._number, self.id, unanswered)

    def _checkpoint(self, sql: Sql, *, last: bool) -> None:
        """Close what the dead left; sign the present state where it has grown, and leave it at the witness."""
        at = now()
        with sql.transaction():
            (instances.leave if last else instances.recover)(sql, self._number, self.id)
            frontier, _, _ = tip(sql)
            ((known,),) = sql.rows("SELECT coalesce(max(size), 0) FROM checkpoints")
            note = ""
            if frontier.size > known:
                note = signed(self._origin, frontier.size, frontier.root(), self._key)
                sql.insert("INSERT INTO checkpoints (size, at, note)", [(frontier.size, at, note)])
        if note:
            self._witness.keep(note, frontier.size, at)
