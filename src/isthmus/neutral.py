"""Neutral words: what readers in some places are told instead of a law, as the packs say; the ledger keeps the rule."""

from __future__ import annotations

from isthmus.steps.decide import Rulebook
from isthmus.verdicts import Matter


def neutral_words(rulebook: Rulebook, matter: Matter) -> dict[str, tuple[str, str]]:
    """By regime, what the reader of this call's refusal is told instead, in English and Chinese."""
    home = matter.snapshot.declared.entities[matter.caller.entity].jurisdiction
    reader = matter.caller.located_in or home
    rows = [(regime.id, regime.row.neutral) for regime in rulebook.regimes]
    return {name: (row.text.en, row.text.zh) for name, row in rows if row is not None and reader in row.readers}
