"""What is found in a file stands at its cell or paragraph, with the label of its column as context."""

from __future__ import annotations

from pathlib import Path

import pytest

import isthmus
from isthmus.attachments import scan_extract, written
from isthmus.files.extract import Bounds, Collected, Extract, Grid
from isthmus.steps.scan import load_scanner, people

SCANNER = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={"person": ("张伟",)})
PHONE, CARD = "13800138000", "13900139000"


def table(*rows: tuple[str, ...]) -> Extract:
    """A table as its reader gives it."""
    made = Collected(Bounds())
    grid = Grid(made, "sheet1")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            grid.cell(number, column, text)
    return made.extract()


def places(extract: Extract) -> dict[str, tuple[str, int, int]]:
    """By its place, the kind and the range of each finding."""
    found = {}
    for finding in scan_extract(SCANNER, extract).findings:
        for part in finding.parts:
            found[part.via[0].removeprefix("part:")] = (finding.kind, part.start, part.end)
    return found


def test_findings_stand_in_their_cells():
    """Offsets are those of the cell's own text."""
    found = places(table(("姓名", "联系方式"), ("张伟", f"手机 {PHONE}")))
    assert found == {"sheet1!A2": ("term.person", 0, 2), "sheet1!B2": ("cn.mobile", 3, 14)}


def test_the_label_of_a_column_is_context_and_no_finding():
    """A number that means something only beside its name is found in a row far from it."""
    extract = table(("张伟的护照号",), *(("x",),) * 40, ("E12345678",))
    assert places(extract)["sheet1!A42"][0] == "cn.passport"
    assert set(places(extract)) == {"sheet1!A1", "sheet1!A42"}


@pytest.mark.parametrize(
    ("rows", "persons"),
    [
        ((("手机", "邮箱"), (PHONE, "a@b.com"), (CARD, "c@d.com")), 2),
        ((("手机", "手机"), (PHONE, CARD)), 2),
        ((("手机", "邮箱"), (PHONE, "a@b.com"), (PHONE, "c@d.com")), 1),
    ],
)
def test_a_row_is_a_record(rows: tuple[tuple[str, ...], ...], persons: int):
    """One number of each kind in a row is one person, and rows that share one are one."""
    seen = people(scan_extract(SCANNER, table(*rows)).findings, {"cn.personal": "general"})
    assert len(seen.persons) == persons


def test_written_text_holds_each_passage_where_it_says():
    """Rows are lines, tables have a heading, what stands beside the text is named; what nobody sees is left out."""
    made = Collected(Bounds())
    made.add("paragraph 1", "一")
    grid = Grid(made, "table 1")
    for row, column, text in ((0, 0, "a"), (0, 1, "b\tc"), (1, 0, "d\ne")):
        grid.cell(row, column, text)
    made.add("header 1 paragraph 1", "h")
    made.add("property 1", "p", shown=False)
    text, starts = written(made.extract(), "n\n\n")
    assert text == "n\n\n一\n[table 1]\na\tb c\nd e\n[header 1 paragraph 1] h"
    assert [text[starts[place]] for place in ("paragraph 1", "table 1!A1", "table 1!B1", "table 1!A2")] == list("一abd")
    assert "property 1" not in starts
