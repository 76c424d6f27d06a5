"""`isthmus law prove`: what a person and a program get of a proof, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import isthmus
from isthmus.cli.main import main

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
NAME = "tw.proof.telecom-not-to-the-mainland"
BROKEN = """\
invariants:
  - id: own.proof.nothing-leaves
    claim: {en: Nothing leaves Taiwan., zh: 一律不得离开台湾。}
    rests_on: our own wish
    regime: tw.transfer
    since: 2012-10-01
    never: {all: [{fact: exporter.jurisdiction, is: tw}, {leaves: tw}]}
    leaves: true
    defect: {drop: [tw.ncc.2012]}
"""


@pytest.fixture
def prove(capsys):
    """The command: its exit code, output and errors."""

    def one(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(["law", "prove", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return one


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a pack of the operator's own: an invariant that does not hold."""
    shutil.copytree(ROOT / "_template", tmp_path / "packs" / "xx")
    (tmp_path / "packs" / "xx" / "invariants.yaml").write_text(BROKEN, encoding="utf-8")
    return tmp_path / "packs"


def test_what_holds_as_a_person_reads_it(prove):
    """The claim and what it rests on, the combinations, what was left out, the sum."""
    code, out, _ = prove(NAME, "--lang", "en")
    assert code == 0
    assert f"holds   {NAME}: A telecom operator's subscriber data never reach the mainland." in out
    assert "combinations of 11 variables covered" in out
    assert "tw.transfer: left out, for no rule of it reads them (104): exporter.entity" in out
    assert "1 of 1 invariants hold" in out


def test_in_chinese_with_its_defect(prove):
    """The planted defect is noticed; the facts that show it stand beside it."""
    code, out, _ = prove(NAME, "--lang", "zh", "--defects")
    assert code == 0
    assert "植入缺陷：已发现" in out
    assert '"sector":"telecom"' in out


def test_for_a_program(prove):
    """Everything in one object."""
    code, out, _ = prove(NAME, "--json", "--defects")
    (row,) = json.loads(out)["invariants"]
    assert code == 0
    assert row["proof"]["holds"]
    assert row["proof"]["combinations"] > 10_000
    assert row["defect"]["confirmed"]
    assert set(row["claim"]) == {"en", "zh"}


def test_what_is_broken_ends_with_1_and_a_facts_file(prove, own: Path, tmp_path: Path, capsys):
    """The counter-example is a file that `law decide` takes and releases."""
    code, out, _ = prove("own.proof.nothing-leaves", "--pack", str(own), "--examples", str(tmp_path / "found"))
    assert code == 1
    assert "the engine decides them so" in out or "引擎" in out
    with pytest.raises(SystemExit):
        main(["law", "decide", "--json", "--facts", str(tmp_path / "found" / "own.proof.nothing-leaves.json")])
    assert json.loads(capsys.readouterr().out)["release"] is True


def test_a_name_that_is_none(prove):
    """One line says which there are."""
    code, _, said = prove("tw.proof.nothing")
    assert code == 2
    assert "no invariant `tw.proof.nothing`" in said
