"""`isthmus providers check --live` asks simulated deployments in every wire form, and says what is wrong with one."""

from __future__ import annotations

import asyncio
import json

from isthmus.cli.main import main
from isthmus.dialects.known import OWN


async def probed(house, capsys, *names: str):
    """The exit status, and the rows by deployment."""
    chosen = [word for name in names for word in ("--deployment", name)]
    line = ["providers", "check", "--live", "--config", str(house.config), "--json", *chosen]

    def run() -> int:
        try:
            main(line)
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    status = await asyncio.to_thread(run)
    return status, {row["deployment"]: row for row in json.loads(capsys.readouterr().out)}


async def test_every_form_is_asked_for_an_answer_a_stream_and_a_tool(owns, capsys):
    status, rows = await probed(owns, capsys)
    assert status == 0
    assert {name for name in rows if name.startswith("out-")} == {f"out-{form.replace('_', '-')}" for form in OWN}
    for row in rows.values():
        assert [name for name, found in row["features"].items() if not found["ok"]] == [], row
        assert set(row["features"]) == {"answer", "stream", "tools"}
        assert row["counts_usage"]
    assert rows["home"]["asked_in"] == "openai_chat"
    assert rows["out-hunyuan"]["asked_in"] == "hunyuan"


async def test_a_refused_key_is_told_and_nothing_more_is_asked(house, capsys):
    house.ecosystems.fail("qwen-beijing", "401")
    status, rows = await probed(house, capsys, "home", "abroad")
    assert status == 1
    assert set(rows) == {"home", "abroad"}
    assert list(rows["home"]["features"]) == ["answer"]
    assert rows["home"]["features"]["answer"]["why"] == "authentication"
    assert rows["abroad"]["features"]["tools"]["ok"]


async def test_a_suspended_deployment_is_not_asked(house, capsys):
    text = house.config.read_text(encoding="utf-8").replace("model: m-dear,", "model: m-dear, suspended: true,", 1)
    house.config.write_text(text, encoding="utf-8")
    _, rows = await probed(house, capsys)
    assert "home-dear" not in rows
    assert not house.sent("vllm-shanghai")


async def test_an_unknown_deployment_is_named_with_the_nearest(house, capsys):
    line = ["providers", "check", "--live", "--config", str(house.config), "--deployment", "hom"]
    status = 0
    try:
        await asyncio.to_thread(main, line)
    except SystemExit as end:
        status = int(end.code or 0)
    assert status == 2
    assert "did you mean `home`?" in capsys.readouterr().err
