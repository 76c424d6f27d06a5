"""A real `isthmus serve` whose configuration changes, whose worker is killed, whose whole tree is killed."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import openai
import psutil
import pytest
from openai import OpenAI, Stream
from openai.types.chat import ChatCompletionChunk

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.apps.demo.simulated.deployments import DEPLOYMENTS
from isthmus.apps.demo.stage import Stage
from isthmus.cli.main import main
from isthmus.config import read_config
from isthmus.store import entry_bodies, open_store

PATIENCE_S = 30.0
ALIAS = "\n  - {id: fresh, deployments: [vllm-shanghai]}\n"


class Operated(Stage):
    """The stage with an operator's hands on it; its deployments write slowly, so that streams last."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ecosystems = Ecosystems(msgspec.structs.replace(row, gap_s=0.02) for row in DEPLOYMENTS)

    @property
    def pid(self) -> int:
        assert self._server is not None
        return self._server.pid

    @property
    def log(self) -> str:
        return (self.folder / "gateway.log").read_text(encoding="utf-8")

    def workers(self) -> list[int]:
        """The processes that serve."""
        living = [row for row in psutil.Process(self.pid).children() if row.status() != psutil.STATUS_ZOMBIE]
        return [row.pid for row in living if "spawn_main" in " ".join(row.cmdline())]

    def reload(self, change: Callable[[str], str]) -> None:
        """Write another configuration and ask for it."""
        self.config.write_text(change(self.config.read_text(encoding="utf-8")), encoding="utf-8")
        os.kill(self.pid, signal.SIGHUP)

    def logged(self, text: str, times: int = 1) -> None:
        until(lambda: self.log.count(text) >= times)

    def entries(self) -> list[dict[str, Any]]:
        """What is in the ledger now."""
        store = open_store(read_config(self.config).store_url(), create=False)
        try:
            return [json.loads(each) for each in entry_bodies(store)]
        finally:
            store.close()

    def outcomes(self) -> dict[str, str]:
        """How each send that was opened has ended; nothing where it has not."""
        found = {row["send"]: "" for row in self.entries() if row["kind"] == "send.opened"}
        closed = {row["send"]: row["content"]["outcome"] for row in self.entries() if row["kind"] == "send.closed"}
        return found | closed

    def kill(self) -> None:
        """End the parent without a word, and wait until its workers are gone too."""
        workers = [psutil.Process(pid) for pid in self.workers()]
        assert self._server is not None
        self._server.kill()
        self._server.wait(PATIENCE_S)
        assert psutil.wait_procs(workers, timeout=PATIENCE_S)[1] == []


def until(holds: Callable[[], bool]) -> None:
    """Wait for what only looking can tell."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    with Operated(tmp_path_factory.mktemp("reload") / "state") as running:
        yield running


@pytest.fixture
def sdk(stage: Operated) -> Iterator[OpenAI]:
    with OpenAI(base_url=stage.url, api_key=stage.keys["after-sales"], max_retries=0) as client:
        yield client


def ask(sdk: OpenAI, model: str = "vllm-shanghai", text: str = "hello") -> str:
    answer = sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content or ""


def stream(sdk: OpenAI, model: str = "vllm-shanghai") -> Stream[ChatCompletionChunk]:
    """A stream of which the first event has come."""
    found = sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": "word " * 40}], stream=True)
    next(found)
    return found


def rest(running: Stream[ChatCompletionChunk]) -> str | None:
    """Read a stream to its end; how it finished."""
    return [chunk.choices[0].finish_reason for chunk in running if chunk.choices][-1]


def test_a_bad_configuration_leaves_everything_as_it_was(stage: Operated, sdk: OpenAI) -> None:
    """Process, port, workers and answers, with a stream running; the log says each problem with its line."""
    before, good = (stage.pid, stage.workers()), stage.config.read_text(encoding="utf-8")
    bad = f"{good}odd: 1\n".replace("jurisdiction: sg", "jurisdiction: Singapore")
    wrong = [
        number for number, line in enumerate(bad.splitlines(), 1) if "Singapore\n" in f"{line}\n" or "odd:" in line
    ]
    running = stream(sdk)
    try:
        stage.reload(lambda _: bad)
        stage.logged("reload: refused; everything goes on as it was")
        lines = [line.split("error: ", 1)[1] for line in stage.log.splitlines() if "error: " in line]
        assert sorted(line.removeprefix(f"{stage.config}:").split(": ")[0] for line in lines) == sorted(map(str, wrong))
        assert any("unknown key `odd`" in line for line in lines)
        assert ask(sdk)
        assert rest(running) == "stop"
        # A file that no longer reads as text, and one that is gone, change as little.
        stage.config.write_bytes(b"\xff\xfe\x00")
        os.kill(stage.pid, signal.SIGHUP)
        stage.logged("reload: refused", 2)
        stage.config.unlink()
        os.kill(stage.pid, signal.SIGHUP)
        stage.logged("reload: refused", 3)
        assert ask(sdk)
        assert (stage.pid, stage.workers()) == before
    finally:
        stage.config.write_text(good, encoding="utf-8")


def test_what_only_a_worker_finds_out_changes_nothing_either(stage: Operated, sdk: OpenAI) -> None:
    """A secret that was changed would make the counts of persons unreadable: the new worker does not start."""
    secret = stage.folder / "secrets" / "weber-shanghai.txt"
    before, text = stage.workers(), secret.read_text(encoding="utf-8")
    refused = stage.log.count("reload: refused")
    ask(sdk, "group", "请联系：13912345678")
    try:
        secret.write_text("0" * 64, encoding="utf-8")
        stage.reload(lambda same: same)
        stage.logged("reload: refused", refused + 1)
    finally:
        secret.write_text(text, encoding="utf-8")
    assert "0" * 64 not in stage.log
    assert ask(sdk)
    until(lambda: stage.workers() == before)


def test_a_good_configuration_takes_over(stage: Operated, sdk: OpenAI) -> None:
    """The new alias works, a stream that runs ends whole under the old worker, and the old worker goes."""
    before = stage.workers()
    with pytest.raises(openai.NotFoundError):
        ask(sdk, "fresh")
    running = stream(sdk)
    stage.reload(lambda text: text.replace("\nterms:", f"{ALIAS}\nterms:"))
    stage.logged("reload: done")
    assert ask(sdk, "fresh")
    assert rest(running) == "stop"
    stage.logged("has finished")
    until(lambda: not set(stage.workers()) & set(before))
    assert len(stage.workers()) == 1


def test_a_killed_worker_is_replaced_and_its_sends_are_closed(stage: Operated, sdk: OpenAI) -> None:
    """Whoever was reading is told that it broke off; the ledger says that the send was interrupted."""
    stage.fail("mistral-frankfurt", "stall")
    known = set(stage.outcomes())
    running = stream(sdk, "group")
    [killed] = stage.workers()
    os.kill(killed, signal.SIGKILL)
    with pytest.raises((openai.APIError, OSError)):
        rest(running)
    stage.logged("ended by itself")
    until(lambda: len(stage.workers()) == 1 and stage.workers() != [killed])
    until(lambda: _answers(sdk))
    until(lambda: "" not in stage.outcomes().values())
    ended = [outcome for send, outcome in stage.outcomes().items() if send not in known]
    assert sorted(ended) == ["answered", "interrupted"]


def _answers(sdk: OpenAI) -> bool:
    try:
        return bool(ask(sdk))
    except openai.APIConnectionError:
        return False


def test_after_the_whole_tree_was_killed_a_start_needs_no_hand(
    stage: Operated, sdk: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was open is closed as interrupted, the same persons count once, and the ledger verifies."""
    stage.fail("mistral-frankfurt", "stall")
    known = set(stage.outcomes())
    running = stream(sdk, "group")
    stage.kill()
    with pytest.raises((openai.APIError, OSError)):
        rest(running)
    [interrupted] = set(stage.outcomes()) - known
    assert stage.outcomes()[interrupted] == ""
    stage._serve()
    assert stage.outcomes()[interrupted] == "interrupted"
    stage.fail("mistral-frankfurt")
    assert ask(sdk, "group")
    stage.stop_gateway()
    ended = stage.outcomes().values()
    assert "" not in ended
    assert "client_left" not in ended, "an SDK that hangs up at the last event has its answer"
    assert "Traceback" not in stage.log
    with pytest.raises(SystemExit) as end:
        main(["ledger", "verify", "-c", str(stage.config), "--lang", "en"])
    assert end.value.code in (None, 0), capsys.readouterr().out
