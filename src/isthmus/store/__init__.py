"""One schema for ledger, counts and registry, on SQLite or PostgreSQL."""

from __future__ import annotations

from isthmus.store.counts import Counts, person_counts
from isthmus.store.engine import is_there, open_store
from isthmus.store.export import Sealed, entry_bodies, export_lines, sealed
from isthmus.store.registry import NewRow, RegistryRow, append_registry, last_row, registry_rows
from isthmus.store.store import Store

__all__ = [
    "Counts",
    "NewRow",
    "RegistryRow",
    "Sealed",
    "Store",
    "append_registry",
    "entry_bodies",
    "export_lines",
    "is_there",
    "last_row",
    "open_store",
    "person_counts",
    "registry_rows",
    "sealed",
]
