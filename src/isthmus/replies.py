"""The reply is decided too: it goes to whoever asked, who may sit in another country than its legal entity.

The reader is a destination like any other and the rules are the same. What may still come is unknown data: where no
rule could keep that from the reader, nothing is held.
"""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.answers import reply_scan_mode
from isthmus.clock import now
from isthmus.counting import binds, leaves
from isthmus.errors import BandCrossedError, LedgerError, WithheldError
from isthmus.exchange import Destination, Finding, Scan, Unscanned
from isthmus.neutral import neutral_words
from isthmus.registry.deployments import Deployed
from isthmus.sending import Send, decided
from isthmus.steps.record import Ledger, entries
from isthmus.verdicts import Judgement, Matter, Verdicts

ATTEMPTS = 5
HOLD = "hold"
UNWRITTEN = Scan(findings=(), unscanned=(Unscanned(pointer="", medium="reply", reason="not written yet"),))
# what a caller states of persons is about what it sent
OF_THE_REQUEST = frozenset({"persons", "persons_sensitive"})


async def reply_scan_of(verdicts: Verdicts, matter: Matter, target: Deployed) -> str:
    """How the reply of a deployment is scanned: `none`, `observe`, or `hold` where a rule could keep it back."""
    home = matter.snapshot.declared.entities[matter.caller.entity].jurisdiction
    located = matter.caller.located_in or home
    mode = reply_scan_mode(located, target.destination.hosted_in)
    if mode == "none" or located == home:
        return mode
    reader = reader_of(matter, target)
    entity = matter.snapshot.declared.entities[matter.caller.entity]
    schemes = (scheme for scheme in verdicts.rulebook.schemes if binds(scheme, entity))
    if any(leaves(scheme.jurisdiction, reader.destination) for scheme in schemes):
        return HOLD
    judgement = await verdicts.judge(_about(verdicts, matter, UNWRITTEN), reader)
    return mode if judgement.decision.release else HOLD


def reader_of(matter: Matter, target: Deployed) -> Deployed:
    """Whoever reads the reply, as a destination: the legal entity's own people, where its key says that they are."""
    entity = matter.snapshot.declared.entities[matter.caller.entity]
    located = matter.caller.located_in or entity.jurisdiction
    name = f"reader-{located}"
    to = Destination(
        deployment=name,
        model=target.destination.model,
        provider="",
        recipient=entity.id,
        hosted_in=(located,),
        accessible_from=(located,),
        operator_country=entity.jurisdiction,
        owner_country=entity.owner.country if entity.owner else entity.jurisdiction,
        weights_from=target.destination.weights_from,
    )
    row = msgspec.structs.replace(target.row, id=f"{name}/{target.id}", suspended=False)
    return msgspec.structs.replace(
        target, row=row, destination=to, terms=None, retention_days=0, trains_on_inputs=False
    )


class ReplyJudge:
    """Decides what one reply holds; the persons in it are counted before the reader gets them."""

    def __init__(self, ledger: Ledger, verdicts: Verdicts, matter: Matter, send: Send) -> None:
        self._ledger = ledger
        self._verdicts = verdicts
        self._matter = matter
        self._send = send
        self._reader = reader_of(matter, send.judgement.target)
        self._own = {(row.kind, row.value) for row in matter.scan.findings}
        self._found: dict[tuple[str, str], Finding] = {}
        self._unread: dict[str, Unscanned] = {}
        self._settled = False

    async def settle(self, seen: Scan) -> None:
        """Take more of the reply into account; raises `WithheldError` where the whole may not go to the reader.

        What the caller itself sent is nothing new to it.
        """
        before = (len(self._found), len(self._unread))
        for row in seen.findings:
            if (row.kind, row.value) not in self._own:
                self._found.setdefault((row.kind, row.value), row)
        for part in seen.unscanned:
            self._unread.setdefault(part.medium, part)
        if self._settled and before == (len(self._found), len(self._unread)):
            return
        await self._decide(Scan(findings=tuple(self._found.values()), unscanned=tuple(self._unread.values())))
        self._settled = True

    async def _decide(self, seen: Scan) -> None:
        about = _about(self._verdicts, self._matter, seen)
        exact = False
        for _ in range(ATTEMPTS):
            judgement = await self._verdicts.judge(about, self._reader, exact=exact)
            if not judgement.decision.release:
                await self._record(judgement, seen, reserve=False)
                raise WithheldError(
                    f"what was answered may not go to a reader in `{self._reader.destination.hosted_in[0]}`",
                    decisions=((self._reader.destination.deployment, judgement.decision),),
                    ledger_id=self._send.id,
                    neutral=neutral_words(self._verdicts.rulebook, self._matter),
                )
            if not (seen.findings or seen.unscanned):
                return
            try:
                await self._record(judgement, seen, reserve=True)
            except BandCrossedError:
                self._verdicts.forget(judgement)
                exact = True
            else:
                return
        raise LedgerError("the counts of persons move faster than they can be reserved", remedy="send it again")

    async def _record(self, judgement: Judgement, seen: Scan, *, reserve: bool) -> None:
        """What was found and decided; what leaves is durable, and its persons are counted, before it does."""
        at, call = now(), self._send.call
        if judgement.fresh:
            await self._ledger.append(decided(at, call, judgement), durable=False)
        content: dict[str, Any] = {
            "reader": self._reader.destination.hosted_in[0],
            "decision": judgement.decision.facts,
            "verdict": judgement.decision.verdict,
            "released": reserve,
            "found": seen.kinds,
            "unscanned": len(seen.unscanned),
        }
        entry = entries.reply_decided(at=at, call=call.id, send=self._send.id, content=content)
        reservations = judgement.reservations if reserve else ()
        receipt = await self._ledger.append(entry, reservations, durable=reserve and judgement.leaves)
        self._verdicts.learn(judgement, receipt.tallies)


def _about(verdicts: Verdicts, matter: Matter, seen: Scan) -> Matter:
    """The matter of a call with what its reply holds instead of what was sent."""
    attested = {name: value for name, value in matter.caller.attested.items() if name not in OF_THE_REQUEST}
    caller = msgspec.structs.replace(matter.caller, attested=attested, media=())
    about = verdicts.matter(matter.snapshot, caller, seen, call="", at=matter.at)
    return msgspec.structs.replace(about, joined=matter.joined)
