"""Server-sent events: the standard's own rules, and the same events wherever the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from isthmus.dialects.sse import SseParser, encode
from isthmus.errors import BrokenReplyError


def parsed(*pieces: bytes) -> list[tuple[str, str, str]]:
    """Type, data and id of the events that have data."""
    parser = SseParser()
    events = [event for piece in pieces for event in parser.feed(piece)] + parser.close()
    return [(event.event, event.data, event.id) for event in events if event.data is not None]


def raw(*pieces: bytes) -> bytes:
    """The bytes of all events, joined."""
    parser = SseParser()
    return b"".join(event.raw for piece in pieces for event in parser.feed(piece))


CASES = [
    (b"data: a\n\n", [("", "a", "")]),
    (b"data:a\n\ndata:  b\n\n", [("", "a", ""), ("", " b", "")]),
    (b"data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", [("", "a", ""), ("", "b", ""), ("", "c", "")]),
    (b"data: a\r\n\n", [("", "a", "")]),
    (b"data: a\ndata: b\n\n", [("", "a\nb", "")]),
    (b"data\n\n", [("", "", "")]),
    (b"data:\ndata:\n\n", [("", "\n", "")]),
    (b": hi\n\ndata: a\n\n", [("", "a", "")]),
    (b"event: x\nid: 7\ndata: a\n\n", [("x", "a", "7")]),
    (b"id: a\0b\ndata: a\n\n", [("", "a", "")]),
    (b"unknown: 1\ndata: a\nretry: 3\n\n", [("", "a", "")]),
    (b"\xef\xbb\xbfdata: a\n\n", [("", "a", "")]),
    (b"\xef\xbb", []),
    (b"\n\n\n\ndata: a\n\n\n\n", [("", "a", "")]),
    ("data: 您好 😀\n\n".encode(), [("", "您好 😀", "")]),
    (b"data: \xff\n\n", [("", "\ufffd", "")]),
    (b"data: a\n\ndata: no blank line", [("", "a", ""), ("", "no blank line", "")]),
    (b"", []),
]


@pytest.mark.parametrize(("data", "expected"), CASES)
def test_events_are_read_by_the_standard_wherever_they_are_cut(data: bytes, expected: list[tuple[str, str, str]]):
    assert parsed(data) == expected
    assert parsed(*(bytes([byte]) for byte in data)) == expected
    for cut in range(len(data) + 1):
        assert parsed(data[:cut], data[cut:]) == expected


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)
ENDS = st.sampled_from(["\n", "\r", "\r\n"])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """A stream of events with mixed line ends, comments and fields."""
    out = []
    for _ in range(draw(st.integers(0, 4))):
        for _ in range(draw(st.integers(0, 3))):
            field = draw(st.sampled_from(["data: ", "data:", ": ", "event: ", "x: "]))
            out.append(field + draw(LINES) + draw(ENDS))
        out.append(draw(ENDS))
    return "".join(out).encode()


@given(streams(), st.data())
@settings(max_examples=100, deadline=None)
def test_cut_anywhere_the_events_and_their_bytes_are_the_same(data: bytes, draw: st.DataObject):
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=6)))
    pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert parsed(*pieces) == parsed(data)
    assert data.removeprefix(b"\xef\xbb\xbf").startswith(raw(*pieces))


@given(streams())
@settings(max_examples=100, deadline=None)
def test_another_reader_reads_the_same(data: bytes):
    """OpenAI's SDK agrees on what it defines alike: it keeps ids across events and splits lines elsewhere."""
    text = data.decode().replace("\r\n", "\n").replace("\r", "\n")
    if text.splitlines() != text.split("\n")[:-1] and text:
        return
    theirs = [event.data for event in SSEDecoder().iter_bytes(iter([f"{text}\n\n".encode()])) if event.data]
    assert [data for _, data, _ in parsed(text.encode()) if data] == theirs


@given(LINES, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
@settings(max_examples=100, deadline=None)
def test_what_is_encoded_is_read_back(name: str, data: str):
    expected = data.replace("\r\n", "\n").replace("\r", "\n")
    assert parsed(encode(data, name)) == [(name, expected, "")]


def test_an_event_without_an_end_is_bounded():
    parser = SseParser(limit=100)
    parser.feed(b"data: " + b"a" * 90)
    with pytest.raises(BrokenReplyError, match="over the limit"):
        parser.feed(b"aaaaaaa")
    assert parser.feed(b"data: a\n\n")[0].data == "a"


def test_an_event_never_prints_its_text():
    assert "secret" not in repr(SseParser().feed(b"data: secret\n\n"))
