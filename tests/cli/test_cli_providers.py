"""`isthmus providers`: what it prints for programs, what it says of a wrong name or file, and its status."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from isthmus.cli.main import main

FILE = """
id: {id}
name: {{en: Mine, zh: 自有}}
ecosystem: any
endpoints:
  - id: main
    any_model: true
    access:
      base_url: https://models.example/v1
      dialects: [{{dialect: openai_chat, path: /chat/completions}}]
      source: contract
      verified_at: 2026-01-01
      confidence: high
      review_by: {review}
"""


def run(*arguments: str) -> int:
    """The exit status of a command."""
    try:
        main(["providers", *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_the_list_for_programs_has_every_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json") == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    beijing = next(row for row in rows if (row["provider"], row["endpoint"]) == ("alibaba", "beijing"))
    assert beijing["hosted_in"] == ["cn"]
    assert beijing["filed"] == 2
    assert next(row for row in rows if row["provider"] == "openrouter")["hosted_in"] is None


def test_show_gives_sources_and_the_prices_of_the_hours(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "deepseek", "--on", "2026-11-25") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "0.15 / 0.60 USD (UTC: 01:00-04:00 0.30 / 1.20" in shown
    assert "api-docs.deepseek.com" in shown
    assert "OVERDUE" not in shown
    assert run("show", "deepseek", "--on", "2028-01-01") == 0
    assert "OVERDUE" in capsys.readouterr().out


def test_an_unknown_name_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "deepsek") == 2
    assert "did you mean `deepseek`?" in capsys.readouterr().err


def test_check_reads_more_folders_and_names_what_is_overdue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text(FILE.format(id="mine", review="2026-02-01"), encoding="utf-8")
    assert run("check", str(tmp_path), "--on", "2026-02-02", "--json", "--fail-overdue") == 1
    found = msgspec.json.decode(capsys.readouterr().out)
    assert [each for each in found["overdue"] if each["provider"] == "mine"] == [
        {"provider": "mine", "at": "endpoints[main].access", "review_by": "2026-02-01", "source": "contract"}
    ]
    assert run("check", str(tmp_path), "--on", "2026-02-01", "--json") == 0
    assert not any(each["provider"] == "mine" for each in msgspec.json.decode(capsys.readouterr().out)["overdue"])
    assert run("check", str(tmp_path), "--on", "2025-01-01", "--fail-overdue") == 0


def test_check_says_every_problem_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = FILE.format(id="other", review="2025-01-01").replace("https://models", "ftp://models")
    (tmp_path / "mine.yaml").write_text(wrong, encoding="utf-8")
    assert run("check", str(tmp_path)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("mine.yaml:")[1].split(":")[0] for line in lines] == ["14", "9", "2"]


def test_the_difference_of_two_folders_is_told_fact_by_fact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        (folder / "mine.yaml").write_text(FILE.format(id="mine", review="2027-01-01"), encoding="utf-8")
    assert run("diff", str(before), str(after)) == 0
    changed = FILE.format(id="mine", review="2027-02-01").replace("models.example", "other.example")
    (after / "mine.yaml").write_text(changed, encoding="utf-8")
    (after / "new.yaml").write_text(FILE.format(id="new", review="2027-01-01"), encoding="utf-8")
    capsys.readouterr()
    assert run("diff", str(before), str(after), "--json") == 1
    rows = msgspec.json.decode(capsys.readouterr().out)
    at = "endpoints.main.access"
    assert {(row["provider"], row["at"]): (row["before"], row["after"]) for row in rows} == {
        ("mine", f"{at}.base_url"): ("https://models.example/v1", "https://other.example/v1"),
        ("mine", f"{at}.review_by"): ("2027-01-01", "2027-02-01"),
        ("new", ""): (None, "Mine"),
    }
    assert run("diff", str(before)) == 1, "the catalogue in use has other sellers"
    assert "deepseek seller: - -> DeepSeek" in capsys.readouterr().out
