"""What the client gets: the deployment's answer scanned, restored and labelled, with headers that say what was done.

The filters of an answer stand in one order: what came is scanned, then restored, then labelled. A stream of which
nothing is touched passes as it is. In every ending the send is closed and the deployment's connection given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from isthmus.decision import Decision
from isthmus.exchange import Call, Money
from isthmus.sending import Send
from isthmus.steps.label import Label, Labeller, text_of
from isthmus.steps.restore import Restorer

HEADER_TEXT = 200
OBSERVED = 256 * 1024


class Marks(msgspec.Struct, kw_only=True):
    """What is done to one answer: `observer` gathers it for a scan, `restorer` undoes pseudonyms, `labeller` marks.

    What is held is scanned before it comes here.
    """

    reply_scan: str
    observer: Observer | None = None
    restorer: Restorer | None = None
    labeller: Labeller | None = None
    label: Label | None = None

    @property
    def filters(self) -> tuple[Any, ...]:
        """The filters in their order, those that are not needed left out."""
        return tuple(part for part in (self.observer, self.restorer, self.labeller) if part is not None)


class Observer:
    """Gathers what a deployment wrote, by channel, up to `most` code points; `full` says that some was left out."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._texts: dict[str, list[str]] = {}
        self.full = False

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        """The text as it came."""
        kept = text[: self._left]
        self._left -= len(kept)
        self.full = self.full or len(kept) < len(text)
        self._texts.setdefault(channel, []).append(kept)
        return text

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form
        """Nothing is held back."""
        return ""

    def texts(self) -> dict[str, str]:
        """The gathered text of each channel."""
        return {channel: "".join(parts) for channel, parts in self._texts.items()}


def marks_of(
    call: Call, send: Send, labels: dict[str, Label], *, words: Mapping[str, frozenset[str]], formatted: bool
) -> Marks:
    """What the decision and the edits of a send ask of its answer."""
    label = label_due(send.judgement.decision, labels)
    sample = next((slot.text for slot in reversed(call.slots) if slot.role == "user"), "")
    return Marks(
        reply_scan=send.reply_scan,
        observer=Observer(OBSERVED) if send.reply_scan == "observe" else None,
        restorer=Restorer(send.protected.originals, words=words) if send.protected.originals else None,
        labeller=Labeller(text_of(label, sample)) if label is not None and not formatted else None,
        label=label,
    )


def label_due(decision: Decision, labels: dict[str, Label]) -> Label | None:
    """The label that a duty of the decision asks for."""
    due = (duty.id for regime in decision.regimes for duty in regime.duties)
    return next((labels[name] for name in due if name in labels), None)


def reply_scan_mode(located_in: str, hosted_in: tuple[str, ...]) -> str:
    """`none` where reader and deployment are in one place, so that no rule could forbid the reply, else `observe`."""
    return "none" if hosted_in and all(place == located_in for place in hosted_in) else "observe"


def headers_of(send: Send, marks: Marks, price: Money | None, *, estimated: bool) -> tuple[tuple[str, str], ...]:
    """The `x-isthmus-*` headers of an answer."""
    decision, target = send.judgement.decision, send.judgement.target
    found = [
        ("x-isthmus-call", send.call.id),
        ("x-isthmus-ledger-id", send.id),
        ("x-isthmus-deployment", target.id),
        ("x-isthmus-model", target.row.model),
        ("x-isthmus-verdict", decision.verdict),
        ("x-isthmus-reply-scan", marks.reply_scan),
    ]
    if mechanisms := ", ".join(f"{row.id}={row.mechanism}" for row in decision.regimes):
        found.append(("x-isthmus-mechanisms", mechanisms[:HEADER_TEXT]))
    if price is not None:
        found.append(("x-isthmus-cost", f"{price}{'; estimated' if estimated else ''}"))
    if edits := send.protected.changes:
        found.append(("x-isthmus-edits", ", ".join(f"{name}={number}" for name, number in edits.items())[:HEADER_TEXT]))
    if send.not_carried:
        found.append(("x-isthmus-not-carried", ", ".join(send.not_carried)[:HEADER_TEXT]))
    if not estimated and marks.restorer is not None and marks.restorer.missing:
        found.append(("x-isthmus-unrestored", str(marks.restorer.missing)))
    if marks.label is not None:
        found.append(("x-isthmus-label", marks.label.machine))
    return tuple(found)


def field_of(send: Send, marks: Marks, price: Money | None) -> dict[str, Any]:
    """The answer's member `isthmus`, for callers that asked for the decision."""
    target = send.judgement.target
    field: dict[str, Any] = {
        "call": send.call.id,
        "ledger_id": send.id,
        "deployment": target.id,
        "model": target.row.model,
        "decision": msgspec.to_builtins(send.judgement.decision),
        "cost": str(price) if price is not None else None,
        "edits": send.protected.changes,
        "counts": [msgspec.to_builtins(tally) for tally in send.tallies],
        "reply_scan": marks.reply_scan,
    }
    if send.not_carried:
        field["not_carried"] = list(send.not_carried)
    if marks.label is not None:
        field["label"] = marks.label.machine
        if marks.labeller is None:
            field["duties"] = ["display_label"]
    return field
