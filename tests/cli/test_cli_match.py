"""`isthmus match build`, and what a configuration says of lists and patterns of one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CONFIG = """\
entities: [{id: sh, name: Shanghai, jurisdiction: cn, secret: file:secret.txt}]
deployments: [{id: d, provider: deepseek, model: deepseek-flash}]
exact_lists:
  - {file: staff.exact, secret: file:secret.txt}
patterns:
  - {kind: project, match: 'PRJ-[0-9]{4}'}
  - {kind: badge, match: 'badge [0-9]{3}', caseless: true, strength: certain}
"""
SECRET = "0123456789abcdef0123456789abcdef"


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "isthmus.cli.main", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)


def made(folder: Path, config: str = CONFIG) -> Path:
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    (folder / "staff.csv").write_text(
        "﻿工号,姓名,手机,备用\n1,张伟,13800138000;13900139000,x\n2,李,,\n", encoding="utf-8"
    )
    (folder / "isthmus.yaml").write_text(config, encoding="utf-8")
    return folder / "isthmus.yaml"


def build(folder: Path, *more: str, table: str = "staff.csv") -> subprocess.CompletedProcess[str]:
    secret, output = f"file:{folder / 'secret.txt'}", str(folder / "staff.exact")
    return run("match", "build", str(folder / table), "--secret", secret, "-o", output, *more)


def test_a_table_becomes_a_list_that_scan_finds(tmp_path: Path):
    config = made(tmp_path)
    done = build(tmp_path, "--json")
    said = json.loads(done.stdout)
    assert said | {"bytes": 0} == {"rows": 2, "taken": {"name": 1, "phone": 2}, "left_out": {"name": 1}, "bytes": 0}
    assert sorted(file.name for file in tmp_path.iterdir() if "exact" in file.name) == ["staff.exact"]
    text = "张伟在PRJ-0042，XPRJ-00421，Badge 007，139 0013 9000"
    answer = json.loads(run("scan", "-", "--json", "--all", "-c", str(config), text=text).stdout)
    found = {(each["kind"], each["text"], each["strength"]) for each in answer["findings"] if "term" in each["kind"]}
    assert found == {
        ("term.person", "张伟", "certain"),
        ("term.project", "PRJ-0042", "likely"),
        ("term.badge", "Badge 007", "certain"),
        ("term.phone", "139 0013 9000", "certain"),
    }


def test_columns_may_be_called_otherwise(tmp_path: Path):
    made(tmp_path)
    (tmp_path / "t.jsonl").write_text('{"who": "张伟", "no": 12345678}\n', encoding="utf-8")
    done = build(tmp_path, "--columns", "name=who, id=no", table="t.jsonl")
    assert done.returncode == 0
    assert "name   1" in done.stdout
    for more, said in (
        ((), "no column of names"),
        (("--columns", "name=x"), "no column `x`"),
        (("--columns", "age=x"), "names no column"),
    ):
        wrong = build(tmp_path, *more, table="t.jsonl")
        assert (wrong.returncode, said in wrong.stderr) == (2, True)


def test_bad_tables_and_secrets_are_one_line(tmp_path: Path):
    made(tmp_path)
    (tmp_path / "latin.csv").write_bytes("姓名\n张伟\n".encode("gbk"))
    (tmp_path / "bad.jsonl").write_text("{}\n[]\n", encoding="utf-8")
    for table in ("latin.csv", "bad.jsonl", "none.csv"):
        done = build(tmp_path, table=table)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
    (tmp_path / "short").write_text("too short", encoding="utf-8")
    for secret in ("plain", "env:ISTHMUS_NO_SUCH", f"file:{tmp_path / 'short'}", f"file:{tmp_path / 'none'}"):
        done = run("match", "build", str(tmp_path / "staff.csv"), "--secret", secret, "-o", str(tmp_path / "o"))
        assert done.returncode == 2
        assert not (tmp_path / "o").exists()


def test_every_problem_has_its_line(tmp_path: Path):
    """A pattern that is not linear is refused at load with its line and the engine's reason; so is a list."""
    bad = CONFIG.replace("PRJ-[0-9]{4}", r"(a)\1").replace("badge [0-9]{3}", "x*")
    config = made(tmp_path, bad)
    done = run("scan", "-", "-c", str(config), text="x")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert [line.split(":")[2] for line in lines] == ["6", "7", "4"]
    assert "back" in lines[0].lower()
    assert "empty" in lines[1]
    assert "cannot be read" in lines[2]
    checked = run("check", str(config))
    assert checked.returncode == 2
    assert "the engine cannot take it" in checked.stdout + checked.stderr
