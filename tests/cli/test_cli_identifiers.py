"""`isthmus identifiers`: the list, and values that are right or wrong in each way."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

RUN = "from isthmus.cli.identifiers import app; app()"


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)


def test_the_list_names_algorithm_and_source():
    rows = {row["id"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["cn.resident_id"]["country"] == "cn"
    assert rows["cn.resident_id"]["algorithm"] == "cn_resident_id"
    assert all(row["source"] and len(row["aliases"]) == 2 for row in rows.values())
    assert "cn.mobile" in run("list").stdout


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("cn.resident_id", "11010519491231002X", None),
        ("cn.resident_id", "110105 19491231 002x", None),
        ("cn.resident_id", "１１０１０５１９４９１２３１００２Ｘ", None),
        ("cn.resident_id", "110105194912310021", "check digit"),
        ("cn.resident_id", "110105194913310021", "date"),
        ("cn.resident_id", "990105194912310021", "region"),
        ("cn.resident_id", "1234", "form"),
        ("cn.mobile", "+86 138-0013-8000", None),
        ("eu.iban", "GB82 WEST 1234 5698 7654 32", None),
        ("eu.iban", "GB82 WEST 1234 5698 7654 33", "check digit"),
        ("br.cnpj", "12.ABC.345/01DE-35", None),
        ("sg.nric", "S1234567D", None),
        ("hk.id", "A123456(3)", None),
        ("hk.id", "A123456(4)", "check digit"),
    ],
)
def test_a_value_is_right_or_wrong_for_a_reason(kind: str, value: str, problem: str | None):
    done = run("check", kind, value, "--json")
    assert json.loads(done.stdout) == {"valid": problem is None, "problem": problem}
    assert done.returncode == (problem is not None)


def test_values_come_from_a_pipe_too():
    done = run("check", "cn.mobile", text="13800138000\n12800138000\n")
    assert done.stdout.splitlines()[0] == "valid"
    assert done.stdout.splitlines()[1].startswith("invalid")
    assert done.returncode == 1
