"""Every YAML file of the package, the examples and the docs is read by the strict reader and is plain UTF-8."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.catalog import parse

ROOT = Path(__file__).parent.parent
FILES = sorted(
    file
    for folder in ("src", "examples", "docs", "deploy")
    for pattern in ("**/*.yaml", "**/*.yml")
    for file in (ROOT / folder).glob(pattern)
)


def test_there_are_files_and_all_are_called_yaml() -> None:
    assert len(FILES) > 25
    assert [file.name for file in FILES if file.suffix != ".yaml"] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_reads_strictly(file: Path) -> None:
    content = file.read_bytes()
    assert isinstance(parse(content, str(file)).tree, dict | list)
    text = content.decode("utf-8")
    assert text.endswith("\n")
    assert not text.startswith("\ufeff")
    assert "\t" not in text
    assert "\r" not in text
    assert not any(line != line.rstrip() for line in text.splitlines()), "white space at the end of a line"
