"""The demo as a newcomer sees it: every call ends as its scene says, it reads in 100 columns, the ledger is proven."""

from __future__ import annotations

import io
import re
import signal
import socket
import subprocess
import sys

import pytest
from rich.cells import cell_len
from rich.console import Console

from isthmus.apps.demo.scenes import RESIDENT_ID, SCENES
from isthmus.apps.demo.story import tell
from isthmus.apps.demo.telling import WIDTH, WORDS


@pytest.fixture
def told(tmp_path):
    """Tells the story in a language and returns it as text."""

    def told_in(lang):
        out = io.StringIO()
        console = Console(width=WIDTH, highlight=False, file=out)
        good = tell(tmp_path / "state", lang, port=0, started=0.0, console=console)
        return good, out.getvalue()

    return told_in


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_call_ends_as_its_scene_says(told, lang):
    good, text = told(lang)
    assert good, text
    assert max(cell_len(line) for line in text.splitlines()) <= WIDTH
    for scene in SCENES:
        shows = scene.shows_zh if lang == "zh" else scene.shows_en
        assert re.sub(r"\s", "", shows) in re.sub(r"\s", "", text)
    assert text.count(WORDS["found_it"][lang == "zh"]) >= 4
    assert WORDS["missed"][lang == "zh"] not in text


def test_what_left_for_abroad_holds_no_number(told):
    _, text = told("en")
    scenes = re.split(r"(?m)^ ?\d+ ", text)
    [export] = [scene for scene in scenes if "standard contract covers it" in scene]
    left = re.sub(r"\s", "", export.partition("what left")[2].partition("answer")[0])
    assert RESIDENT_ID not in left
    assert "证件-" in left
    answer = re.sub(r"\s", "", export.partition("answer")[2])
    assert RESIDENT_ID in answer


def test_there_are_the_calls_that_a_newcomer_should_see():
    assert len(SCENES) >= 8
    assert len({scene.key for scene in SCENES}) >= 3
    assert {scene.expects for scene in SCENES} == {"answered", "refused"}
    assert any(scene.stream for scene in SCENES)
    assert any(re.search("[\u4e00-\u9fff]", scene.text) for scene in SCENES)
    assert any(scene.text.isascii() for scene in SCENES)


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    command = [sys.executable, "-m", "isthmus.cli.main", "demo", "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "holds something else" in done.stderr
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_whoever_ends_the_demo_ends_its_gateway(tmp_path, number):
    """Also where a terminal is closed: nothing goes on listening."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-u", "-m", "isthmus.cli.main", "demo", "--serve", "--port", str(port)]
    with subprocess.Popen([*command, "--state", tmp_path / "state"], stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert any("curl -i" in line for line in demo.stdout)
        socket.create_connection(("127.0.0.1", port), 5).close()
        demo.send_signal(number)
        assert demo.wait(30) in {0, 128 + number}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
