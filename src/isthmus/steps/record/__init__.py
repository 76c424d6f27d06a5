"""Step 10: evidence that an auditor can verify offline and the operator cannot quietly change."""

from __future__ import annotations

from isthmus.steps.record import entries
from isthmus.steps.record.entries import Entry
from isthmus.steps.record.ledger import Ledger, open_ledger
from isthmus.steps.record.witness import new_signer

__all__ = ["Entry", "Ledger", "entries", "new_signer", "open_ledger"]
