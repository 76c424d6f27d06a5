"""What a key could call now without personal data, and why the rest of what it may name is closed to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from isthmus.decision import Decision
from isthmus.exchange import Scan
from isthmus.neutral import neutral_words
from isthmus.registry.declared import AUTO, candidates
from isthmus.registry.keys import Key
from isthmus.registry.snapshot import Snapshot
from isthmus.steps.identify import caller_of, wishes_of
from isthmus.verdicts import Verdicts


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """The names that are open, each with its owner, and by name the decisions that close the others.

    `neutral` are the words for readers who are not quoted a law.
    """

    open: dict[str, str]
    closed: dict[str, tuple[tuple[str, Decision], ...]]
    neutral: dict[str, tuple[str, str]]


async def listed(
    verdicts: Verdicts, snapshot: Snapshot, key: Key, headers: Mapping[str, str], *, call: str, at: str
) -> Listed:
    """Every name that the key may give, decided for a call without findings; raises what such a call would meet."""
    declared = snapshot.declared
    wishes: dict[str, Any] = {"conversation": call, **wishes_of(headers, {})}
    caller = caller_of(key, wishes, (), declared.keys[key.entity].conversations)
    matter = verdicts.matter(snapshot, caller, Scan(findings=()), call=call, at=at)
    owners = dict.fromkeys((AUTO, *declared.aliases), "isthmus")
    owners |= {row.id: row.row.provider for row in declared.deployments.values()}
    open_: dict[str, str] = {}
    closed: dict[str, tuple[tuple[str, Decision], ...]] = {}
    for name, owner in owners.items():
        if key.models and name not in key.models:
            continue
        rows = candidates(declared, name)[0]
        decisions = tuple([(row.id, (await verdicts.judge(matter, row)).decision) for row in rows])
        if any(decision.release for _, decision in decisions):
            open_[name] = owner
        else:
            closed[name] = decisions
    return Listed(open=open_, closed=closed, neutral=neutral_words(verdicts.rulebook, matter))
