"""Golden files of Chat Completions: `<case>.sse` in, `<case>.client.sse` out, `<case>.read.json` what the SDK reads.

To renew the expected files after a change that is meant: `python tests/dialects/test_openai_chat_golden.py`, and read
the difference line by line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openai.types.chat import ChatCompletion

from isthmus.dialects.filters import Filter
from isthmus.dialects.openai_chat import ChatStream, answer_of, read_answer, read_request, write_answer, write_request
from isthmus.errors import BrokenReplyError

FOLDER = Path(__file__).parent / "golden" / "openai_chat"
STREAMS = sorted(p.stem for p in FOLDER.glob("*.sse") if not p.stem.endswith(".client"))
ANSWERS = sorted(p.stem for p in FOLDER.glob("answer_*.json") if "." not in p.stem)
REQUESTS = sorted(p.stem for p in FOLDER.glob("request_*.json") if "." not in p.stem)
Read = dict[str, Any]


def through(data: bytes, filters: list[Any]) -> tuple[bytes, ChatStream]:
    """A whole stream through the dialect, as the gateway drives it."""
    stream = ChatStream(filters)
    out = b""
    try:
        out += stream.feed(data)
        out += stream.end()
    except BrokenReplyError as error:
        out += stream.abort(error)
    return out, stream


def facts(stream: ChatStream) -> Read:
    """What the stream learnt on the way."""
    return {
        "finish": stream.finish,
        "usage": {name: value["amount"] for name, value in msgspec.to_builtins(stream.usage).items()},
        "text_seen": stream.text_seen,
        "logprobs_dropped": stream.logprobs_dropped,
    }


def request_facts(data: bytes) -> Read:
    """What reading a request found."""
    read = read_request(data, depth=64)
    return {
        "slots": [[s.pointer, s.role, "key" if s.key else s.text] for s in read.slots],
        "unscanned": [msgspec.to_builtins(part) for part in read.unscanned],
        "needs": sorted(read.needs),
        "own": read.own,
        "formatted": read.formatted,
        "stream": read.stream,
        "sent": json.loads(write_request(read.body, model="sim-1"))["stream_options"] if read.stream else None,
    }


@pytest.mark.parametrize("case", STREAMS)
def test_a_stream_reaches_the_client_as_the_golden_file_says(
    case: str, sdk_reader: Callable[[bytes], Read], swapper: Callable[[], Filter]
):
    given = (FOLDER / f"{case}.sse").read_bytes()
    out, stream = through(given, [swapper()])
    expected = json.loads((FOLDER / f"{case}.read.json").read_text(encoding="utf-8"))
    assert out.decode() == (FOLDER / f"{case}.client.sse").read_bytes().decode()
    assert sdk_reader(out) == expected["client"]
    assert facts(stream) == expected["gateway"]


@pytest.mark.parametrize("case", STREAMS)
def test_without_filters_a_good_stream_keeps_its_bytes(case: str):
    given = (FOLDER / f"{case}.sse").read_bytes()
    out, _ = through(given, [])
    good = given.removeprefix("\ufeff".encode())
    if case == "no_done":
        assert out.startswith(good)
        assert out.endswith(b"data: [DONE]\n\n")
    elif case == "trailing_rubbish":
        assert good.startswith(out)
    elif case.startswith("broken_"):
        sent, _, error = out.rpartition(b"data: ")
        assert good.startswith(sent)
        assert b'"code":"upstream_broken_reply"' in error
    elif case == "comments":
        assert out == good.replace(b"retry: 5\n\n", b"")
    else:
        assert out == good


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_reaches_the_client_as_the_golden_file_says(case: str, swapper: Callable[[], Filter]):
    given = (FOLDER / f"{case}.json").read_bytes()
    answer = answer_of(given, [swapper()])
    body = json.loads(write_answer(answer))
    assert body == json.loads((FOLDER / f"{case}.client.json").read_text(encoding="utf-8"))
    ChatCompletion.model_validate(body)
    assert write_answer(read_answer(given)) == given


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request_is_read_as_the_golden_file_says(case: str):
    found = request_facts((FOLDER / f"{case}.json").read_bytes())
    assert found == json.loads((FOLDER / f"{case}.read.json").read_text(encoding="utf-8"))


def renew() -> None:
    """Write the expected files from what the code does now."""
    from conftest import Swapper, read_stream  # type: ignore[import-not-found] # beside this file when it is run

    def put(name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1)
        (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")

    for case in STREAMS:
        out, stream = through((FOLDER / f"{case}.sse").read_bytes(), [Swapper()])
        (FOLDER / f"{case}.client.sse").write_bytes(out)
        put(f"{case}.read.json", {"client": read_stream(out), "gateway": facts(stream)})
    for case in ANSWERS:
        answer = answer_of((FOLDER / f"{case}.json").read_bytes(), [Swapper()])
        put(f"{case}.client.json", json.loads(write_answer(answer)))
    for case in REQUESTS:
        put(f"{case}.read.json", request_facts((FOLDER / f"{case}.json").read_bytes()))


if __name__ == "__main__":
    renew()
