"""`isthmus dialects`: what an answer says, in every wire form; what is carried where; names that are wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from isthmus.cli.main import main
from isthmus.dialects.conversation.features import FEATURES
from isthmus.dialects.known import DIALECTS, UPSTREAMS
from isthmus.dialects.pairs import OWN_PAIRS, PAIRS

GOLDEN = Path(__file__).parent.parent / "dialects" / "golden"


def run(*arguments: str) -> int:
    """The exit status of a command."""
    with pytest.raises(SystemExit) as ended:
        main(["dialects", *arguments])
    return int(ended.value.code or 0)


def test_a_stream_and_a_whole_answer_say_the_same(capsys, tmp_path):
    stream = GOLDEN / "anthropic" / "tools.sse"
    assert run("read", "--dialect", "anthropic", "--stream", str(stream)) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["text"] == "I ask."
    assert [call["name"] for call in said["tool_calls"]] == ["find_Person-K7F3Q", "call"]
    assert json.loads(said["tool_calls"][0]["arguments"]) == {"to": "Person-K7F3Q", "n": 1}
    assert (said["finish"], said["usage"]["output"], said["error"]) == ("tool_use", 17, None)
    whole = {
        "id": "x",
        "model": "m",
        "content": [{"type": "thinking", "thinking": "h", "signature": "s"}, {"type": "text", "text": "t"}],
        "stop_reason": "end_turn",
    }
    file = tmp_path / "answer.json"
    file.write_bytes(msgspec.json.encode(whole))
    assert run("read", "--dialect", "anthropic", str(file)) == 0
    read = json.loads(capsys.readouterr().out)
    assert (read["text"], read["reasoning"], read["choices"]) == ("t", "h", 1)


@pytest.mark.parametrize(
    ("dialect", "data"),
    [
        ("openai_chat", {"error": {"message": "too many", "type": "rate_limit_error", "code": "x"}}),
        ("openai_responses", {"type": "response.failed", "response": {"error": {"message": "too many", "code": "x"}}}),
        ("anthropic", {"type": "error", "error": {"type": "overloaded_error", "message": "too many"}}),
        ("gemini", {"error": {"code": 429, "message": "too many", "status": "RESOURCE_EXHAUSTED"}}),
    ],
)
def test_an_error_is_what_it_says_and_the_status_is_1(capsys, tmp_path, dialect, data):
    encoded = msgspec.json.encode(data)
    for stream in (True, False):
        given = b"data: " + encoded + b"\n\n" if stream else encoded
        file = tmp_path / "answer"
        file.write_bytes(given)
        assert run("read", "--dialect", dialect, *(["--stream"] if stream else []), str(file)) == 1
        assert json.loads(capsys.readouterr().out)["error"]["message"] == "too many"


def test_what_is_no_answer_is_told(capsys, tmp_path):
    file = tmp_path / "answer.txt"
    file.write_text("<html>")
    for dialect in DIALECTS:
        assert run("read", "--dialect", dialect, str(file)) == 1
        assert json.loads(capsys.readouterr().out)["error"]["message"]
    assert run("read", "--dialect", "antropic", str(file)) == 2
    assert "did you mean `anthropic`?" in capsys.readouterr().err


def test_an_answer_may_come_on_standard_input():
    asked = [sys.executable, "-m", "isthmus.cli.main", "dialects", "read", "--dialect", "openai_chat", "--stream", "-"]
    given = (GOLDEN / "openai_chat" / "plain.sse").read_bytes()
    done = subprocess.run(asked, input=given, capture_output=True, check=True)
    assert json.loads(done.stdout)["finish"] == "stop"


def test_every_wire_form_is_listed_and_paired(capsys):
    assert run("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in listed] == list(UPSTREAMS)
    assert [row["id"] for row in listed if row["paths"]] == list(DIALECTS)
    assert run("list") == 0
    assert run("matrix", "--json") == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {(row["from"], row["to"]) for row in rows} == {*PAIRS, *OWN_PAIRS}
    assert len(rows) == len(DIALECTS) * (len(UPSTREAMS) - 1)
    for row in rows:
        fields = {*row["carried"], *row["declared"], *row["refused"]}
        assert fields == set(DIALECTS[row["from"]].request), "every field has one place"
        assert all(row["refused"].values()), "every refusal has a remedy"
    assert run("matrix", "--of", "anthropic", "--to", "gemini") == 0
    assert "anthropic → gemini" in capsys.readouterr().out


def test_every_feature_that_a_dialect_asks_for_or_can_is_on_the_list():
    carried_only = {"max_tokens", "temperature", "top_p", "unsigned_reasoning"}
    for dialect in DIALECTS.values():
        asked = {feature for feature in dialect.request.values() if feature} | dialect.parts
        assert asked - carried_only <= set(FEATURES), dialect.id
    for form in UPSTREAMS.values():
        assert form.can - carried_only <= set(FEATURES), form.id
