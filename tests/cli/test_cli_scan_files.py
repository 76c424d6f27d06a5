"""`isthmus scan` reads documents as it reads texts: one by one and in folders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.files import made_files as made


def run(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command, in another process."""
    command = [sys.executable, "-m", "isthmus.cli.main", "scan", *arguments]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


def test_a_workbook_is_told_cell_by_cell(tmp_path: Path):
    """Each finding has its place; offsets are those of the cell."""
    file = tmp_path / "a.xlsx"
    file.write_bytes(made.workbook())
    done = run(str(file), "--json")
    answer = json.loads(done.stdout)
    found = {(row["place"], row["kind"], row["text"]) for row in answer["findings"]}
    assert ("sheet1!B2", "cn.mobile", made.PHONE) in found
    assert ("sheet2!C3", "cn.resident_id", made.ID) in found
    assert ("sheet1!A2", "person", "张三") in found
    assert answer["complete"] is True
    shown = run(str(file))
    assert "sheet1!B2" in shown.stdout.decode()
    assert shown.returncode == 0


def test_a_document_comes_through_a_pipe(tmp_path: Path):
    """By its bytes, for a pipe has no name."""
    answer = json.loads(run("-", "--json", data=made.pdf(f"tel {made.PHONE}")).stdout)
    assert [(row["place"], row["start"], row["end"]) for row in answer["findings"]] == [("page 1", 4, 15)]


def test_what_of_a_document_was_not_read_is_said(tmp_path: Path):
    """The rest is told all the same, and it is not complete; where nothing can be read that is an error."""
    file = tmp_path / "a.docx"
    file.write_bytes(made.with_members(made.document(), {"word/media/a.png": b"x"}))
    answer = json.loads(run(str(file), "--json").stdout)
    assert answer["complete"] is False
    assert answer["unread"] == ["image: a picture in it"]
    file.write_bytes(made.locked(made.document()))
    done = run(str(file))
    assert done.returncode != 0
    assert b"encrypted" in done.stderr


def test_a_folder_may_hold_both(tmp_path: Path):
    """Texts with offsets in the text, documents with places, one summary."""
    (tmp_path / "a.txt").write_text(f"电话{made.PHONE}", encoding="utf-8")
    (tmp_path / "b.csv").write_bytes(made.table())
    (tmp_path / "c.eml").write_bytes(made.mail())
    answer = json.loads(run(str(tmp_path), "--json", "--kinds", "cn.mobile").stdout)
    text, table, mail = answer["files"]
    assert [(row["start"], row["end"]) for row in text["findings"]] == [(2, 13)]
    assert [row["place"] for row in table["findings"]] == ["table 1!B2"]
    assert {row["place"] for row in mail["findings"]} == {"header 2", "attachment 3: table 1!B2"}
    assert answer["summary"]["files"] == 3
