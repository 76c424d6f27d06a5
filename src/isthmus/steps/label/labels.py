"""Labels as data: which duty each one fulfils, what it says in each language, and the article that asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from isthmus import catalog
from isthmus.facts import Day


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The visible text that a duty asks for; `machine` is the value of the header and the body's field."""

    id: str
    duty: str
    instrument: str
    article: str
    source: str
    verified_at: Day
    review_by: Day
    confidence: str
    text_en: Annotated[str, Meta(min_length=1, max_length=100)]
    text_zh: Annotated[str, Meta(min_length=1, max_length=100)]
    machine: Annotated[str, Meta(pattern="^[a-z0-9=;.-]+$")]


def load_labels(root: Path) -> dict[str, Label]:
    """The labels of every jurisdiction, by the duty they fulfil; raises `CatalogError`."""
    found: dict[str, Label] = {}
    for file in catalog.folder(root, "*/labels/*.yaml"):
        document = catalog.parse(file.read_bytes(), str(file))
        label = catalog.convert(document, Label)
        if label.duty in found:
            raise document.error(("duty",), f"`{label.duty}` already has a label: {found[label.duty].id}")
        found[label.duty] = label
    return found
