"""`isthmus scan` as a person and as a program use it: another process, files and pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, text: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    data = text.encode() if isinstance(text, str) else text
    command = [sys.executable, "-m", "isthmus.cli.main", "scan", *arguments]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


def test_machine_form_answers_each_line_in_order():
    lines = [
        {"id": "a", "text": "😀电话13800138000。"},
        {"id": 2, "text": "clean"},
        {"id": "c", "text": "\ud800x@y.com"},
    ]
    done = run("-", "--jsonl", text="\n".join(json.dumps(line) for line in lines))
    assert (done.returncode, done.stderr) == (0, b"")
    first, second, third = [json.loads(line) for line in done.stdout.splitlines()]
    assert first["id"] == "a"
    assert first["complete"] is True
    assert first["spans"] == [
        {"start": 3, "end": 14, "kind": "cn.mobile", "strength": "certain", "classes": ["cn.personal"]}
    ]
    assert second == {"id": 2, "complete": True, "spans": []}
    assert [(s["start"], s["end"]) for s in third["spans"]] == [(1, 8)]


@pytest.mark.parametrize("bad", ["not json", '{"id": 1}', '{"id": 1, "text": 5}', "[]", '{"id": 1, "text": "\xff"}'])
def test_a_bad_line_ends_with_its_number(bad: str):
    done = run("--jsonl", "-", text=b'{"id": 1, "text": "13800138000"}\n\n' + bad.encode("latin-1"))
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith(b"error: standard input:3: ")
    assert b"Traceback" not in done.stderr
    assert b"expected" in done.stderr


def test_people_see_where_what_and_why(tmp_path: Path):
    file = tmp_path / "letter.txt"
    file.write_text("身份证11010519491231002X\n", encoding="utf-8")
    done = run(str(file))
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "3-21" in shown
    assert "cn.resident_id" in shown
    assert "certain" in shown
    assert "check" in shown


def test_json_and_kinds():
    done = run("-", "--json", "--kinds", "common.", text="a@b.com 13800138000")
    answer = json.loads(done.stdout)
    assert [f["kind"] for f in answer["findings"]] == ["common.email"]
    assert answer["findings"][0]["text"] == "a@b.com"


def test_a_missing_file_and_bytes_that_are_no_text():
    assert run("/no/such/file").returncode == 2
    done = run("-", text=b"\xff\xfe")
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


def test_only_what_is_sure_enough():
    text = "part G12345678, 手机13800138000"
    for strength, kinds in (("possible", ["cn.passport", "cn.mobile"]), ("certain", ["cn.mobile"])):
        answer = json.loads(run("-", "--json", "--strength", strength, text=text).stdout)
        assert [f["kind"] for f in answer["findings"]] == kinds


def test_the_operators_own_terms_are_read_as_the_gateway_reads_them(tmp_path: Path):
    """Comments and empty lines of a list are no terms, nor is the mark that some editors write first."""
    (tmp_path / "isthmus.yaml").write_text(
        "entities: [{id: sh, name: Shanghai, jurisdiction: cn, secret: env:X}]\n"
        "deployments: [{id: d, provider: deepseek, model: deepseek-flash}]\n"
        "terms: [{kind: project, words: [Kranich], file: list.txt}]\n",
        encoding="utf-8",
    )
    (tmp_path / "list.txt").write_bytes(b"\xef\xbb\xbfReiher\n# comment\n\n  Storch  \n")
    done = run("-", "--json", "-c", str(tmp_path / "isthmus.yaml"), text="Reiher # comment Storch Kranich")
    assert [f["text"] for f in json.loads(done.stdout)["findings"]] == ["Reiher", "Storch", "Kranich"]
    (tmp_path / "list.txt").write_bytes(b"\xff")
    done = run("-", "-c", str(tmp_path / "isthmus.yaml"), text="x")
    assert done.returncode == 2
    assert b"isthmus.yaml:3: the file is not text; save it as UTF-8" in done.stderr
