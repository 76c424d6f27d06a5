"""`isthmus scan` as a person and as a program use it: another process, files and pipes."""

from __future__ import annotations

import json
import os
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
    [span] = first["spans"]
    assert "cn.personal" in span.pop("classes")
    assert span == {"start": 3, "end": 14, "kind": "cn.mobile", "strength": "certain"}
    assert second == {"id": 2, "complete": True, "spans": []}
    assert [(s["start"], s["end"]) for s in third["spans"]] == [(1, 8)]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("not json", None),
        ('{"id": 1}', 1),
        ('{"id": "x", "text": 5}', "x"),
        ("[]", None),
        ('{"id": 1, "text": "\xff"}', None),
    ],
)
def test_a_bad_line_has_its_error_and_the_rest_goes_on(bad: str, named: str | int | None):
    good = b'{"id": 2, "text": "13800138000"}'
    done = run("--jsonl", "-", text=good + b"\n\n" + bad.encode("latin-1") + b"\n" + good)
    first, wrong, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert first == last
    assert first["spans"]
    assert set(wrong) == {"id", "error"}
    assert wrong["id"] == named
    assert wrong["error"].startswith("line 3: ")
    assert "expected" in wrong["error"]
    assert done.stderr.startswith(b"warning: 1 lines")


def test_what_lost_in_overlaps_is_there_for_the_asking():
    """A certain finding hides others in its place; `--all` adds them, marked."""
    text = json.dumps({"id": 1, "text": "at http://user:pass@192.0.2.7 now"})
    plain, every = (json.loads(run("-", "--jsonl", *more, text=text).stdout)["spans"] for more in ((), ("--all",)))
    assert [span for span in every if "lost" not in span] == plain
    lost = [span for span in every if span.get("lost")]
    assert "common.ip" in {span["kind"] for span in lost}
    assert all(any(p["start"] < s["end"] and s["start"] < p["end"] for p in plain) for s in lost)


def test_names_in_running_text_are_found_unless_not_wanted():
    for more, kinds in (((), ["person"]), (("--no-prose",), [])):
        answer = json.loads(run("-", "--json", *more, text="张伟说他不来。").stdout)
        assert [f["kind"] for f in answer["findings"]] == kinds


def test_a_folder_is_read_whole_and_summed_up(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.txt").write_text("手机13800138000\n邮箱a@b.com", encoding="utf-8")
    (tmp_path / "sub" / "b.md").write_text("nothing", encoding="utf-8")
    (tmp_path / ".git" / "c").write_text("13800138000", encoding="utf-8")
    (tmp_path / "d.bin").write_bytes(b"\xff\x00\xff")
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    done = run(str(tmp_path))
    shown = done.stdout.decode()
    assert "a.txt:2" in shown
    assert "2 files read, 1 with findings" in shown
    assert "not read: d.bin: not UTF-8" in done.stderr.decode()
    answer = json.loads(run(str(tmp_path), "--json").stdout)
    assert [each["file"] for each in answer["files"]] == ["a.txt", "d.bin", "sub/b.md"]
    assert answer["summary"]["kinds"] == {"cn.mobile": {"certain": 1}, "common.email": {"certain": 1}}
    assert run(str(tmp_path), "--jsonl").returncode == 2


def test_a_terminal_shows_the_line_with_colours_and_obeys_nothing_in_it():
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "isthmus.cli.main", "scan", "-"]
    text = "a \x1b]0;owned\x07 手机13800138000\u202e rest".encode()
    done = subprocess.run(command, input=text, capture_output=True, timeout=60, check=True, env=environment)
    shown = done.stdout.decode()
    assert "\x1b]0;" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert "\x1b[" in shown.split("13800138000")[0]


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
    done = run("-", text=b"\xff\x00\xff")
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
