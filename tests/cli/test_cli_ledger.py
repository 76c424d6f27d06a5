"""`isthmus ledger`: what it shows, when it says no, and what it reads besides the store."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from pathlib import Path

import pytest
from tests.steps.record.ledger_parts import SIGNER, closed, ledger_in, opened, persons

from isthmus.cli.ledger_text import ZH, entry_text
from isthmus.cli.main import main
from isthmus.steps.record import entries

CONFIG = """
store: {url: "sqlite:///ledger.db", checkpoints: witness, signer: "file:signer.pem", origin: test.local/ledger}
entities: [{id: e, name: E, jurisdiction: cn, secret: "file:secret"}]
deployments: [{id: d, provider: p, model: m}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration beside a ledger of two sends."""
    (tmp_path / "isthmus.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "signer.pem").write_bytes(SIGNER)
    asyncio.run(fill(tmp_path))
    return tmp_path / "isthmus.yaml"


async def fill(folder: Path) -> None:
    async with await ledger_in(folder) as ledger:
        await ledger.append(opened(1, deployment="abroad", verdict="allow"), (persons("a"),))
        await ledger.append(closed(1))
        await ledger.append(opened(2, deployment="home"))


def run(*arguments: str | Path) -> int:
    """The exit code of a command."""
    try:
        main(["ledger", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_verify_uses_the_configured_folder(config: Path, capsys: pytest.CaptureFixture[str]):
    """Without further words the newest checkpoint and key left there are used, and said."""
    assert run("verify", "-c", config, "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "✓ verified: 6 entries" in out
    assert "latest: covers 6 entries" in out
    assert "not closed" not in out
    assert "not excluded" not in out


def test_a_ledger_moves_once_and_verifies_there(config: Path, capsys: pytest.CaptureFixture[str]):
    """Into the store of another configuration, which must be empty; the checkpoints go on to hold."""
    other = config.with_name("other.yaml")
    other.write_text(CONFIG.replace("ledger.db", "other.db"), encoding="utf-8")
    assert run("move", "-c", config, "--to", other) == 0
    assert "6 entries moved" in capsys.readouterr().out
    assert run("verify", "-c", other) == 0
    capsys.readouterr()
    assert run("move", "-c", config, "--to", other) == 2
    assert "holds a ledger already" in capsys.readouterr().err


def test_verify_tells_a_changed_entry_and_fails(config: Path, capsys: pytest.CaptureFixture[str]):
    """Exit code 1, the number of the entry, in the asked language; as JSON for programs."""
    database = sqlite3.connect(config.parent / "ledger.db")
    database.execute("UPDATE entries SET body = replace(body, 'abroad', 'nearby') WHERE seq = 1")
    database.commit()
    database.close()
    assert run("verify", "-c", config, "--lang", "zh") == 1
    assert "第 1 条与其哈希不符" in capsys.readouterr().out
    assert run("verify", "-c", config, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["problems"][0]["seq"]) == (False, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET body = 'nonsense' WHERE seq = 2",
        "UPDATE entries SET body = 7 WHERE seq = 2",
        "UPDATE entries SET leaf = 'text' WHERE seq = 2",
        "UPDATE entries SET root = x'' WHERE seq = 2",
        "UPDATE entries SET seq = 'two' WHERE seq = 2",
        "UPDATE entries SET body = CAST(replace(body, ',', char(10) || ',') AS BLOB) WHERE seq = 2",
        "DELETE FROM entries WHERE seq = 2",
        "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
        "DELETE FROM entries",
        "DELETE FROM tip",
        "UPDATE tip SET size = 'many'",
        "UPDATE checkpoints SET note = 'nonsense'",
        "INSERT INTO entries SELECT 99, leaf, root, body, call FROM entries WHERE seq = 2",
    ],
)
def test_whatever_is_done_to_the_file_is_told(config: Path, capsys: pytest.CaptureFixture[str], change: str):
    """Columns of any type and missing rows are findings of the verifier, not errors of the reader."""
    database = sqlite3.connect(config.parent / "ledger.db")
    database.execute(change)
    database.commit()
    database.close()
    assert run("verify", "-c", config) == 1
    assert "✗" in capsys.readouterr().out
    assert run("show", "-c", config) == 0


def test_an_export_verifies_by_itself(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """On another machine, with the checkpoint and key that were kept elsewhere; without them it says what is open."""
    out = tmp_path / "export.jsonl"
    assert run("export", "-c", config, out) == 0
    assert run("verify", out, "--lang", "en") == 0
    assert "that entries were cut off the end is not excluded" in capsys.readouterr().out
    means = ("--checkpoint", tmp_path / "witness/latest", "--key", tmp_path / "witness/verifier-key")
    assert run("verify", out, *means, "--lang", "en") == 0
    assert "not excluded" not in capsys.readouterr().out
    lines = out.read_bytes().splitlines(keepends=True)
    short = [line for line in lines[:4] if not line.startswith(b'{"checkpoint"')]
    root = json.loads(short[-1])["root"]
    (tmp_path / "short.jsonl").write_bytes(b"".join(short) + b'{"end":{"size":4,"root":"%b"}}\n' % root.encode())
    assert run("verify", tmp_path / "short.jsonl") == 0
    assert run("verify", tmp_path / "short.jsonl", *means, "--lang", "en") == 1
    assert "the tail was cut" in capsys.readouterr().out


def test_show_prints_entries_for_people_and_programs(config: Path, capsys: pytest.CaptureFixture[str]):
    """All of one call, or the last few; JSON is one canonical entry a line."""
    assert run("show", "-c", config, "--call", "call-1", "--json") == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(entry["seq"], entry["kind"]) for entry in entries] == [(1, "send.opened"), (2, "send.closed")]
    assert run("show", "-c", config, "--last", "1") == 0
    assert "instance.stopped" in capsys.readouterr().out
    assert run("show", "-c", config) == 0
    assert "        deployment=abroad verdict=allow" in capsys.readouterr().out
    assert run("show", "-c", config, "--call", "call-9") == 2


def test_one_entry_is_proven_without_the_others(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """On any machine, with the public key; the entry is shown, and nothing passes for it."""
    out, key = tmp_path / "one.tlog-proof", tmp_path / "witness/verifier-key"
    assert run("prove", "1", out, "-c", config) == 0
    assert "entry 1 and its proof written" in capsys.readouterr().out
    assert "home" not in out.read_text(encoding="utf-8")
    assert run("verify", out, "--key", key, "--lang", "en") == 0
    said = capsys.readouterr().out
    assert "✓ entry 1 is one of the 6 of test.local/ledger" in said
    assert "deployment=abroad" in said
    assert "not excluded" not in said
    assert run("verify", out, "--lang", "zh") == 0
    assert "不能排除检查点本身系伪造" in capsys.readouterr().out
    assert run("verify", out, "--key", key, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["seq"], told["size"], told["checkpoint"]) == (True, 1, 6, "signed")
    assert told["entry"]["content"]["deployment"] == "abroad"
    out.write_text(out.read_text(encoding="utf-8").replace("index 1", "index 2"), encoding="utf-8")
    assert run("verify", out, "--key", key, "--lang", "zh") == 1
    assert "✗ 该记录不在检查点签署的内容之中" in capsys.readouterr().out
    assert run("verify", out, "--key", key, "--json") == 1
    assert run("prove", "99", "-c", config) == 2
    assert "no signed checkpoint covers an entry 99" in capsys.readouterr().err


def test_every_kind_of_entry_has_a_chinese_word():
    assert entries.__doc__ is not None
    assert set(re.findall(r"`([a-z]+\.[a-z]+)`", entries.__doc__)) == set(ZH)


def test_show_says_what_matters_of_each_kind(config: Path, capsys: pytest.CaptureFixture[str]):
    """A decision with its articles, a refusal with its rules; in Chinese each kind has its word."""
    decision = {"verdict": "deny", "on": "2026-11-25", "regimes": [
        {"id": "cn.export", "mechanism": "exempt", "ground": {"instrument": "CBDF", "article": "5"}, "reasons": []}
    ]}  # fmt: skip
    made = {"seq": 1, "at": "t", "kind": "decision.made", "call": "c", "content": {"decision": json.dumps(decision)}}
    refused = {"entity": "sh", "decisions": {"far": {"cn.export": ["permit", "cn.cbdf.8", "cn.cbdf.11"]}}}
    assert entry_text(json.dumps(made).encode(), chinese=True).endswith(
        "c  作出决定\n        verdict=deny on=2026-11-25 cn.export=exempt (CBDF 5)"
    )
    told = entry_text(json.dumps({**made, "kind": "call.refused", "content": refused}).encode(), chinese=False)
    assert told.endswith("entity=sh far: cn.export=permit cn.cbdf.8")
    assert run("show", "-c", config, "--lang", "zh") == 0
    assert "发送结束" in capsys.readouterr().out


def test_counts_shows_persons_and_names_apart(config: Path, capsys: pytest.CaptureFixture[str]):
    """By window, with nothing about who they are."""
    assert run("counts", "-c", config, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "entity": "e",
            "scheme": "cn.export",
            "period": "2026",
            "counterparty": "",
            "as_of": "",
            "persons": {"sensitive": 0, "general": 1},
            "unresolved": 0,
        }
    ]
    assert run("counts", "-c", config) == 0
    assert "general 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("verify", "missing.jsonl"), "missing.jsonl: cannot be read"),
        (("verify", "isthmus.yaml", "--key", "isthmus.yaml"), "isthmus.yaml: the key is neither PEM"),
        (("verify", "isthmus.yaml", "--checkpoint", "missing"), "missing: cannot be read"),
        (("move", "--to", "isthmus.yaml"), "source and target are one store"),
        (("export", "isthmus.yaml"), "isthmus.yaml: cannot be written"),
        (("show", "-c", "missing.yaml"), "missing.yaml: cannot be read"),
    ],
)
def test_bad_input_is_exit_code_2(
    arguments: tuple[str, ...],
    says: str,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    """Each error names the file; an existing export is never written over."""
    monkeypatch.chdir(config.parent)
    assert run(*arguments) == 2
    assert says in capsys.readouterr().err


def test_there_is_nothing_to_show_before_the_first_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Looking makes no store."""
    (tmp_path / "isthmus.yaml").write_text(CONFIG, encoding="utf-8")
    assert run("verify", "-c", tmp_path / "isthmus.yaml") == 2
    assert "there is no ledger yet" in capsys.readouterr().err
    assert not (tmp_path / "ledger.db").exists()
