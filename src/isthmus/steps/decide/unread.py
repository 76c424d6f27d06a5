"""Facts that no rule reads, each with the reason: the schema is closed, and nothing in it is there by chance."""

from __future__ import annotations

from isthmus.steps.decide.paths import members
from isthmus.steps.decide.rulebook import Rulebook

READ_BY_THE_ENGINE = frozenset({"on", "recipient.id", "exporter.entity", "item.label", "recipient.deployment"})
REASONS: dict[str, str] = {
    "recipient.provider": "who sells does not decide: hosting, access, control and contract terms do",
    "recipient.retention_days": "no law read so far sets a number of days for a recipient abroad; kept for the record",
    "purpose.name": "the name is for people and the notice; its basis and necessity are facts of their own",
    "instruments.number": "kept for the record and the auditor; validity, recipient and filing decide",
    "service.model": "the name is for people; whether it is filed or modified are facts of their own",
    "ftz.list": "which list and version is kept for the record; whether it is in force and applies is stated",
}
OTHERWISE = "no rule of the packs that are loaded reads it yet; it is kept with the decision and changes nothing"


def unread(book: Rulebook) -> dict[str, str]:
    """The paths that no rule, definition or regime reads, with the reason."""
    read = frozenset[str]().union(*(rule.reads for rule in book.rules), *(regime.reads for regime in book.regimes))
    return {path: REASONS.get(path, OTHERWISE) for path in members() if path not in read | READ_BY_THE_ENGINE}
