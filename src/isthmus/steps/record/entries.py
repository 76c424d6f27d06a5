"""What is recorded: one entry for each thing that happened, and a builder for each kind.

An entry never holds text of a prompt or an answer, nor a name, an identifier or a pseudonym: kinds, counts, keyed
digests, ids and decisions only. No entry is ever updated; what ends a thing is another entry.

| kind | what happened |
| --- | --- |
| `call.refused` | the law, a term or a policy forbade the call: nothing left |
| `call.rejected` | the request could not be served as it stood: nothing left |
| `decision.made` | what the rules said of a call at its destinations |
| `send.opened` | bytes are about to leave, with the decision and the reservation they rest on |
| `send.closed` | how that send ended |
| `reply.decided` | what an answer held that its reader elsewhere may, or may not, be given |
| `instance.started`, `instance.stopped` | a process began or ended to write |
| `instance.recovered` | a process died; its open sends were closed as interrupted |
| `instance.resumed` | a process that was thought dead lost only its database; its sends may be closed a second time |
| `person.merged` | identifiers that were counted as two persons turned out to be one |
| `conversation.joined` | data that was not collected abroad came into a conversation of a key that may re-export |
| `registry.applied` | acts or keys were recorded |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from isthmus.exchange import Joined
from isthmus.steps.record.canonical import unnumbered

INTERRUPTED = "interrupted"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry before it has a sequence number. `call` and `send` are ids, empty where the entry belongs to none."""

    kind: str
    at: str
    call: str = ""
    send: str = ""
    content: Mapping[str, Any] = {}


def unnumbered_bytes(entry: Entry) -> bytes:
    """The canonical bytes of an entry, still without its number."""
    return unnumbered(
        {"at": entry.at, "call": entry.call, "content": entry.content, "kind": entry.kind, "send": entry.send}
    )


def call_refused(*, at: str, call: str, content: Mapping[str, Any]) -> Entry:
    """A call that may go nowhere: who asked, and what was decided for each destination."""
    return Entry(kind="call.refused", at=at, call=call, content=content)


def call_rejected(*, at: str, call: str, content: Mapping[str, Any]) -> Entry:
    """A request that could not be served: the stable word of the error and its HTTP status."""
    return Entry(kind="call.rejected", at=at, call=call, content=content)


def decision_made(*, at: str, facts: Any, decision: Any, call: str = "") -> Entry:
    """What was decided, whole, with the facts that it rests on: made once, referred to by the digest of its facts."""
    return Entry(kind="decision.made", at=at, call=call, content={"facts": facts, "decision": decision})


def send_opened(*, at: str, call: str, send: str, content: Mapping[str, Any]) -> Entry:
    """Bytes are about to leave: to which deployment, under which decision."""
    return Entry(kind="send.opened", at=at, call=call, send=send, content=content)


def send_closed(*, at: str, call: str, send: str, content: Mapping[str, Any]) -> Entry:
    """How a send ended: `outcome` is `answered`, `stopped`, `client_left`, `interrupted` or the code of an error."""
    return Entry(kind="send.closed", at=at, call=call, send=send, content=content)


def reply_decided(*, at: str, call: str, send: str, content: Mapping[str, Any]) -> Entry:
    """Data stood in the answer of a send: where its reader is, what was decided, and whether it was released."""
    return Entry(kind="reply.decided", at=at, call=call, send=send, content=content)


def instance_started(*, at: str, instance: str, content: Mapping[str, Any]) -> Entry:
    """A process began to write: its person keys by entity, and the name of the log."""
    return Entry(kind="instance.started", at=at, content={**content, "instance": instance})


def instance_stopped(*, at: str, instance: str) -> Entry:
    """A process ended in good order."""
    return Entry(kind="instance.stopped", at=at, content={"instance": instance})


def instance_recovered(*, at: str, instance: str, by: str, sends: int) -> Entry:
    """`by` found `instance` dead and closed its open sends as interrupted."""
    return Entry(kind="instance.recovered", at=at, content={"instance": instance, "by": by, "sends": sends})


def instance_resumed(*, at: str, instance: str) -> Entry:
    """A process that another one found dead has its database back and goes on."""
    return Entry(kind="instance.resumed", at=at, content={"instance": instance})


def person_merged(*, at: str, call: str, send: str, entity: str, person: int, into: int) -> Entry:
    """Two counted persons are one, as the record of this send showed; persons are bare numbers."""
    return Entry(
        kind="person.merged", at=at, call=call, send=send, content={"entity": entity, "person": person, "into": into}
    )


def conversation_joined(*, at: str, call: str, entity: str, conversation: str, joined: Iterable[Joined]) -> Entry:
    """What came into a conversation: from then on the exemption for re-export is decided beside it."""
    rows = [{"origin": row.origin, "classes": row.classes} for row in joined]
    content = {"entity": entity, "conversation": conversation, "joined": rows}
    return Entry(kind="conversation.joined", at=at, call=call, content=content)


def registry_applied(*, at: str, by: str, rows: Any) -> Entry:
    """Acts or keys were recorded: what, id and the digest of each row."""
    return Entry(kind="registry.applied", at=at, content={"by": by, "rows": rows})
