"""Where a test of the ledger takes place."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder whose ledger is a file, and one whose ledger is a database."""
    if request.param == "postgresql":
        (tmp_path / "store-url").write_text(request.getfixturevalue("database"), encoding="utf-8")
    return tmp_path
