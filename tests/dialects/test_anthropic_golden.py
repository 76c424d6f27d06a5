"""Golden files of Messages: `<case>.sse` in, `<case>.client.sse` out, `<case>.read.json` what a client reads.

To renew the expected files after a change that is meant: `python tests/dialects/test_anthropic_golden.py`, and read the
difference line by line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from isthmus.dialects.anthropic import (
    MessagesStream,
    answer_of,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from isthmus.dialects.filters import Filter
from isthmus.errors import BrokenReplyError

FOLDER = Path(__file__).parent / "golden" / "anthropic"
STREAMS = sorted(p.stem for p in FOLDER.glob("*.sse") if not p.stem.endswith(".client"))
ANSWERS = sorted(p.stem for p in FOLDER.glob("answer_*.json") if "." not in p.stem)
REQUESTS = sorted(p.stem for p in FOLDER.glob("request_*.json") if "." not in p.stem)
GROWS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
Read = dict[str, Any]


def through(pieces: list[bytes], filters: list[Any]) -> tuple[bytes, MessagesStream]:
    """A whole stream through the dialect, as the gateway drives it."""
    stream = MessagesStream(filters)
    out = b""
    try:
        for piece in pieces:
            out += stream.feed(piece)
        out += stream.end()
    except BrokenReplyError as error:
        out += stream.abort(error)
    return out, stream


def read_stream(data: bytes) -> Read:
    """The message that a client accumulates, after the rules of the public reference: blocks start, grow, stop."""
    message: Read = {}
    json_texts: dict[int, str] = {}
    stopped: set[int] = set()
    for block in data.decode().replace("\r\n", "\n").split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" not in lines:
            continue
        event = json.loads(lines["data"])
        assert lines["event"] == event["type"]
        kind, index = event["type"], event.get("index")
        if kind == "message_start":
            message = event["message"]
        elif kind == "content_block_start":
            assert index == len(message["content"])
            message["content"].append(event["content_block"])
        elif kind == "content_block_delta":
            assert index not in stopped
            delta = event["delta"]
            grown = message["content"][index]
            if delta["type"] == "input_json_delta":
                json_texts[index] = json_texts.get(index, "") + delta["partial_json"]
            elif delta["type"] in GROWS:
                grown[GROWS[delta["type"]]] += delta[GROWS[delta["type"]]]
            elif delta["type"] == "citations_delta":
                grown.setdefault("citations", []).append(delta["citation"])
            else:
                grown.update({name: value for name, value in delta.items() if name != "type"})
        elif kind == "content_block_stop":
            stopped.add(index)
            if index in json_texts:
                message["content"][index]["input"] = json.loads(json_texts[index])
        elif kind == "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
        elif kind == "message_stop":
            message["stopped"] = True
        elif kind == "error":
            message["error"] = event["error"]["type"]
    return message


def facts(stream: MessagesStream) -> Read:
    """What the stream learnt on the way."""
    return {
        "finish": stream.finish,
        "usage": {name: value["amount"] for name, value in msgspec.to_builtins(stream.usage).items()},
        "text_seen": stream.text_seen,
    }


def request_facts(data: bytes) -> Read:
    """What reading a request found."""
    read = read_request(data, depth=64)
    body = json.loads(data)
    del body["isthmus"]
    assert json.loads(write_request(read.body, model="sim-2")) == {**body, "model": "sim-2"}
    return {
        "slots": [[s.pointer, s.role, "key" if s.key else s.text] for s in read.slots],
        "unscanned": [msgspec.to_builtins(part) for part in read.unscanned],
        "needs": sorted(read.needs),
        "own": read.own,
        "formatted": read.formatted,
        "stream": read.stream,
        "max_tokens": read.max_tokens,
    }


@pytest.mark.parametrize("case", STREAMS)
def test_a_stream_reaches_the_client_as_the_golden_file_says(case: str, swapper: Callable[[], Filter]):
    given = (FOLDER / f"{case}.sse").read_bytes()
    out, stream = through([given], [swapper()])
    expected = json.loads((FOLDER / f"{case}.read.json").read_text(encoding="utf-8"))
    assert out.decode() == (FOLDER / f"{case}.client.sse").read_bytes().decode()
    assert read_stream(out) == expected["client"]
    assert facts(stream) == expected["gateway"]


@pytest.mark.parametrize("case", STREAMS)
@pytest.mark.parametrize("filtered", [True, False], ids=["restored", "as_it_is"])
def test_every_cut_gives_what_the_uncut_stream_gives(
    case: str,
    filtered: bool,  # noqa: FBT001 - a table
    swapper: Callable[[], Filter],
):
    given = (FOLDER / f"{case}.sse").read_bytes()

    def made(pieces: list[bytes]) -> bytes:
        return through(pieces, [swapper()] if filtered else [])[0]

    whole = made([given])
    if not filtered and not case.startswith("broken_") and case != "no_block_start":
        assert whole.startswith(given)
    assert made([bytes([byte]) for byte in given]) == whole
    for cut in range(1, len(given), 3):
        assert made([given[:cut], given[cut:]]) == whole


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_reaches_the_client_as_the_golden_file_says(case: str, swapper: Callable[[], Filter]):
    given = (FOLDER / f"{case}.json").read_bytes()
    body = json.loads(write_answer(answer_of(given, [swapper()])))
    assert body == json.loads((FOLDER / f"{case}.client.json").read_text(encoding="utf-8"))
    assert write_answer(read_answer(given)) == given


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request_is_read_as_the_golden_file_says(case: str):
    found = request_facts((FOLDER / f"{case}.json").read_bytes())
    assert found == json.loads((FOLDER / f"{case}.read.json").read_text(encoding="utf-8"))


def renew() -> None:
    """Write the expected files from what the code does now."""
    from conftest import Swapper  # type: ignore[import-not-found] # beside this file when it is run

    def put(name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1)
        (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")

    for case in STREAMS:
        out, stream = through([(FOLDER / f"{case}.sse").read_bytes()], [Swapper()])
        (FOLDER / f"{case}.client.sse").write_bytes(out)
        put(f"{case}.read.json", {"client": read_stream(out), "gateway": facts(stream)})
    for case in ANSWERS:
        answer = answer_of((FOLDER / f"{case}.json").read_bytes(), [Swapper()])
        put(f"{case}.client.json", json.loads(write_answer(answer)))
    for case in REQUESTS:
        put(f"{case}.read.json", request_facts((FOLDER / f"{case}.json").read_bytes()))


if __name__ == "__main__":
    renew()
