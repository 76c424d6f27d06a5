"""A chat stream through filters: the same at every cut of its bytes, nothing lost, nothing late."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.filters import Filter
from isthmus.dialects.openai_chat import ChatStream
from isthmus.errors import BrokenReplyError, UpstreamTimeoutError
from isthmus.steps.restore import Restorer

FOLDER = Path(__file__).parent / "golden" / "openai_chat"
STREAMS = sorted(p for p in FOLDER.glob("*.sse") if not p.stem.endswith(".client"))
ORIGINALS = {"Person-K7F3Q": '李"雷', "电话-9XK2M": "000-12"}
Read = dict[str, Any]
Reader = Callable[[bytes], Read]


def event(delta: Any, finish: str | None = None, index: int = 0, **more: Any) -> bytes:
    """One chunk as a deployment sends it."""
    chunk = {"id": "chatcmpl-9", "choices": [{"index": index, "delta": delta, "finish_reason": finish}], **more}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def through(pieces: list[bytes], filters: list[Filter]) -> bytes:
    """All that the client gets for the pieces of a stream."""
    stream = ChatStream(filters)
    out = b""
    try:
        for piece in pieces:
            out += stream.feed(piece)
        out += stream.end()
    except BrokenReplyError as error:
        out += stream.abort(error)
    return out


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("filtered", [True, False], ids=["restored", "as_it_is"])
def test_every_cut_in_two_and_one_byte_at_a_time_give_what_the_uncut_stream_gives(path: Path, filtered: bool):  # noqa: FBT001 - a table
    data = path.read_bytes()

    def made(pieces: list[bytes]) -> bytes:
        return through(pieces, [Restorer(ORIGINALS)] if filtered else [])

    whole = made([data])
    assert made([bytes([byte]) for byte in data]) == whole
    for cut in range(1, len(data)):
        assert made([data[:cut], data[cut:]]) == whole


class Hold:
    """A filter that holds back the last code points of a channel, as a window of a reply scan does."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.held: dict[str, str] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        text = self.held.get(channel, "") + text
        at = max(0, len(text) - self.window)
        self.held[channel] = text[at:]
        return text[:at]

    def flush(self, channel: str) -> str:
        return self.held.pop(channel, "")


FIELDS = ["content", "reasoning_content", "refusal", "tool:0", "tool:1"]


@st.composite
def deltas(draw: st.DrawFn) -> list[tuple[int, str, str]]:
    """Pieces of texts of up to two choices: (choice, field, text)."""
    text = st.text(st.sampled_from('ab "\\中😀'), min_size=1, max_size=6)
    return draw(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(FIELDS), text), min_size=1, max_size=12))


def delta_of(field: str, text: str) -> dict[str, Any]:
    """The delta that brings a piece of a field."""
    if field.startswith("tool:"):
        return {"tool_calls": [{"index": int(field[5:]), "function": {"arguments": text}}]}
    return {field: text}


@given(deltas(), st.integers(0, 9), st.lists(st.integers(0, 2000), max_size=4), st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_is_held_back_every_channel_arrives_whole_before_its_finish(
    sdk_reader: Reader,
    pieces: list[tuple[int, str, str]],
    window: int,
    cuts: list[int],
    together: bool,  # noqa: FBT001 - drawn
):
    last = pieces[-1] if together else None
    spoken = pieces[:-1] if together else pieces
    data = b"".join(event(delta_of(field, text), index=number) for number, field, text in spoken)
    for number in sorted({number for number, _, _ in pieces}):
        own = last is not None and last[0] == number
        data += event(delta_of(*last[1:]) if own and last else {}, "stop", index=number)
    data += DONE
    marks = sorted({min(cut, len(data)) for cut in cuts})
    out = through([data[a:b] for a, b in zip([0, *marks], [*marks, len(data)], strict=True)], [Hold(window), Hold(2)])
    assert sdk_reader(out) == sdk_reader(data)


def test_reasoning_is_whole_before_the_content_starts(sdk_reader: Reader):
    stream = ChatStream([Restorer(ORIGINALS)])
    held = stream.feed(event({"reasoning_content": "it is Person-K7F"}))
    assert sdk_reader(held)["texts"] == {"0:reasoning_content": "it is "}
    rest = stream.feed(event({"content": "So"}))
    assert rest.index(b"Person-K7F") < rest.index(b'"So"')


def test_parallel_calls_may_take_turns(sdk_reader: Reader):
    order = [(0, "Person"), (1, "电话"), (0, "-K7"), (1, "-9XK"), (0, "F3Q"), (1, "2M")]
    start = event({"tool_calls": [{"index": n, "id": f"call_{n}", "function": {"arguments": '"'}} for n in (0, 1)]})
    data = start + b"".join(event(delta_of(f"tool:{n}", text)) for n, text in order) + event({}, "tool_calls") + DONE
    read = sdk_reader(through([data], [Restorer(ORIGINALS)]))
    assert read["texts"] == {"0:arguments:0": '"李\\"雷', "0:arguments:1": '"000-12'}


def test_formatted_content_is_escaped_as_json(sdk_reader: Reader):
    stream = ChatStream([Restorer(ORIGINALS)], formatted=True)
    out = stream.feed(event({"content": '{"to":"Person-K7F3Q"}'}) + event({}, "stop") + DONE) + stream.end()
    assert json.loads(sdk_reader(out)["texts"]["0:content"]) == {"to": '李"雷'}


USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def usage_event(choices: list[Any]) -> bytes:
    return b"data: " + json.dumps({"id": "chatcmpl-9", "choices": choices, "usage": USAGE}).encode() + b"\n\n"


@pytest.mark.parametrize("filters", [[], [Hold(1)]], ids=["as_it_is", "filtered"])
@pytest.mark.parametrize("asked", [True, False])
def test_the_usage_chunk_goes_only_to_who_asked_for_it(filters: list[Filter], asked: bool, sdk_reader: Reader):  # noqa: FBT001 - a table
    stream = ChatStream(filters, show_usage=asked)
    out = stream.feed(event({"content": "hi"}) + event({}, "stop") + usage_event([]) + DONE) + stream.end()
    assert (sdk_reader(out)["usage"] is not None) == asked
    assert stream.usage.input.amount == 3
    assert stream.usage.input.provenance == "provider"


def test_the_attached_part_comes_last_and_knows_the_usage():
    stream = ChatStream()
    stream.attach(lambda: {"input": stream.usage.input.amount})
    out = stream.feed(event({"content": "hi"}, "stop") + usage_event([]) + DONE) + stream.end()
    last = out.split(b"\n\n")[-3]
    assert json.loads(last.removeprefix(b"data: ")) == {
        "id": "chatcmpl-9",
        "object": "chat.completion.chunk",
        "choices": [],
        "isthmus": {"input": 3},
    }


def test_a_stop_ends_every_open_choice_and_releases_nothing(sdk_reader: Reader):
    stream = ChatStream([Hold(50)])
    out = stream.feed(
        event({"content": "held"}) + event({"content": "done"}, "stop", 1) + event({"content": "x"}, index=2)
    )
    assert "0:content" not in {k for k, v in sdk_reader(out)["texts"].items() if v}
    end = stream.stop("0199-ledger")
    assert sdk_reader(end)["finish"] == {"0": "content_filter", "2": "content_filter"}
    assert b'"ledger_id":"0199-ledger"' in end
    assert end.endswith(DONE)
    assert b"held" not in end
    assert stream.feed(event({"content": "late"})) == b""


def test_a_stop_before_the_first_chunk_still_finishes(sdk_reader: Reader):
    assert sdk_reader(ChatStream().stop("x"))["finish"] == {"0": "content_filter"}


def test_an_abort_gives_out_what_was_held_back_then_the_error(sdk_reader: Reader):
    stream = ChatStream([Hold(50)])
    stream.feed(event({"content": "held"}))
    read = sdk_reader(stream.abort(UpstreamTimeoutError("no byte came for 30 s"), call_id="0199"))
    assert read["texts"] == {"0:content": "held"}
    assert read["error"] == "upstream_timeout"
    assert not read["done"]


@pytest.mark.parametrize(
    "bad",
    [b"data: {\n\n", b"data: []\n\n", b'data: {"choices":{"a":1}}\n\n', b'data: {"choices":[1]}\n\n',
     b'data: {"error":{"message":"13900001111"}}\n\n', b"event: error\ndata: {}\n\n", b'data: {"object":"error"}\n\n'],
)  # fmt: skip
def test_a_fault_is_raised_after_what_came_before_it(bad: bytes):
    stream = ChatStream()
    assert stream.feed(event({"content": "good"}) + bad) == event({"content": "good"})
    with pytest.raises(BrokenReplyError) as caught:
        stream.feed(b"")
    assert "1390000" not in str(caught.value)
    with pytest.raises(BrokenReplyError):
        stream.end()


@pytest.mark.parametrize(
    "data", [b"", b": ping\n\n", b"<html>no</html>", event({"content": "a"}), event({}, "stop", 1) + event({})]
)
def test_a_stream_without_its_finish_is_broken(data: bytes):
    stream = ChatStream()
    stream.feed(data)
    with pytest.raises(BrokenReplyError):
        stream.end()


def test_a_million_characters_in_one_chunk_pass(sdk_reader: Reader):
    text = "字" * 1_000_000
    out = through([event({"content": text}) + event({}, "stop") + DONE], [Restorer(ORIGINALS)])
    assert sdk_reader(out)["texts"]["0:content"] == text
