"""Facts that no rule reads, each with the reason: the schema is closed, and nothing in it is there by chance."""

from __future__ import annotations

from isthmus.steps.decide.paths import members
from isthmus.steps.decide.rulebook import Rulebook

READ_BY_THE_ENGINE = frozenset({"on", "recipient.id", "exporter.entity", "item.label", "recipient.deployment"})
REASONS: dict[str, str] = {}
OTHERWISE = "no rule of the packs that are loaded reads it yet; it is kept with the decision and changes nothing"


def unread(book: Rulebook) -> dict[str, str]:
    """The paths that no rule, definition or regime reads, with the reason."""
    read = frozenset[str]().union(*(rule.reads for rule in book.rules), *(regime.reads for regime in book.regimes))
    return {path: REASONS.get(path, OTHERWISE) for path in members() if path not in read | READ_BY_THE_ENGINE}
