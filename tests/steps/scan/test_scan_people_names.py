"""Names beside identifiers: how many persons a record may speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

import isthmus
from isthmus.steps.scan import load_scanner, people, scan_text

CATEGORIES = {"cn.sensitive": "sensitive", "cn.personal": "general"}
SCANNER = load_scanner(
    Path(isthmus.__file__).parent / "jurisdictions", terms={"person": ("周建国", "Hannelore Weber", "林晓雯")}
)


@pytest.mark.parametrize(
    ("text", "persons", "unresolved"),
    [
        ("周建国", 0, 1),
        ("周建国 13912345678", 1, 0),
        ("周建国 13912345678 and Hannelore Weber", 1, 1),
        ("周建国、林晓雯、Hannelore Weber 13912345678 13912345679", 2, 1),
        ("周建国 周建国", 0, 1),
        ("13912345678", 1, 0),
    ],
)
def test_names_beyond_the_identified_are_unresolved(text, persons, unresolved):
    found = people(scan_text(SCANNER, text).findings, CATEGORIES)
    assert (len(found.persons), found.unresolved) == (persons, unresolved)
