"""Within one dialect: bytes that nobody changes, texts that are restored in every channel and at every cut, endings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.dialects.oracles import events, joined, said
from tests.dialects.streamed import streamed

from isthmus.dialects.answer import write_answer
from isthmus.dialects.known import DIALECTS
from isthmus.errors import BrokenReplyError, MalformedError, NotOfferedError, RejectedError

GIVEN = Path(__file__).parent / "golden" / "pairs" / "given"
ORIGINALS = {"Person-K7F3Q": '李"雷', "电话-9XK2M": "000-12"}
Node = dict[str, Any]


class Nothing:
    """A filter that changes nothing and holds back nothing."""

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        return text

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form
        return ""


def answers(dialect: str) -> dict[str, Node]:
    files = sorted((GIVEN / dialect).glob("answer.*.json"))
    return {file.name.split(".")[1]: json.loads(file.read_text(encoding="utf-8")) for file in files}


# those without a text of their own, or whose SDK knows no such block
APART = {"unknown_block", "custom_tool", "blocked_prompt", "filtered", "empty", "refusal"}
CASES = [(dialect, case) for dialect in DIALECTS for case in answers(dialect)]
READ = [(dialect, case) for dialect, case in CASES if case not in APART]


def through(dialect: str, pieces: list[bytes], filters: list[Any]) -> bytes:
    stream = DIALECTS[dialect].stream(filters)
    return b"".join(stream.feed(piece) for piece in pieces) + stream.end()


@pytest.mark.parametrize(("dialect", "case"), CASES)
def test_what_nobody_changes_keeps_its_bytes(dialect: str, case: str):
    answer = answers(dialect)[case]
    data = streamed(dialect, answer)
    assert through(dialect, [data], []) == data
    assert through(dialect, [data], [Nothing()]) == data
    crlf = data.replace(b"\n", b"\r\n")
    assert through(dialect, [crlf], []) == crlf
    whole = json.dumps(answer, ensure_ascii=False).encode()
    read = DIALECTS[dialect].read_answer(whole)
    assert write_answer(read) == whole
    assert DIALECTS[dialect].filter_answer(read, [Nothing()]) is read.body


def restored(text: str) -> str:
    for pseudonym, original in ORIGINALS.items():
        text = text.replace(pseudonym, original)
    return text


@pytest.mark.parametrize(("dialect", "case"), READ)
def test_every_channel_is_restored_in_whole_and_in_pieces(dialect: str, case: str, swapper: Callable[[], Any]):
    answer = answers(dialect)[case]
    before = said(dialect, answer)
    whole = DIALECTS[dialect].filter_answer(DIALECTS[dialect].read_answer(json.dumps(answer).encode()), [swapper()])
    stream = through(dialect, [streamed(dialect, answer)], [swapper()])
    for after in (said(dialect, whole), said(dialect, joined(dialect, stream))):
        if case == "json_text":  # JSON that nobody asked for is text as any other
            continue
        assert (after["text"], after["reasoning"]) == (restored(before["text"]), restored(before["reasoning"]))
        assert [call[2] for call in after["calls"]] == [
            json.loads(restored(json.dumps(call[2], ensure_ascii=False)).replace('李"雷', '李\\"雷'))
            for call in before["calls"]
        ]
        assert (after["finish"], after["usage"]) == (before["finish"], before["usage"])


@pytest.mark.parametrize(("dialect", "case"), READ)
def test_every_cut_says_the_same(dialect: str, case: str, swapper: Callable[[], Any]):
    data = streamed(dialect, answers(dialect)[case])
    expected = through(dialect, [data], [swapper()])
    for cut in range(1, len(data), max(1, len(data) // 40)):
        assert through(dialect, [data[:cut], data[cut:]], [swapper()]) == expected
    assert through(dialect, [data[at : at + 1] for at in range(len(data))], [swapper()]) == expected


@pytest.mark.parametrize(("dialect", "case"), [row for row in READ if row[1] == "json_text"])
def test_formatted_text_stays_json(dialect: str, case: str, swapper: Callable[[], Any]):
    answer = answers(dialect)[case]
    stream = DIALECTS[dialect].stream([swapper()], formatted=True)
    data = stream.feed(streamed(dialect, answer)) + stream.end()
    assert json.loads(said(dialect, joined(dialect, data))["text"])["who"] == '李"雷'
    read = DIALECTS[dialect].read_answer(json.dumps(answer).encode())
    body = DIALECTS[dialect].filter_answer(read, [swapper()], formatted=True)
    assert json.loads(said(dialect, body)["text"])["who"] == '李"雷'


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stream_that_stops_is_broken_and_its_end_is_told(dialect: str, swapper: Callable[[], Any]):
    data = streamed(dialect, answers(dialect)["plain"])
    stream = DIALECTS[dialect].stream([swapper()])
    out = stream.feed(data[: len(data) // 2])
    with pytest.raises(BrokenReplyError):
        stream.end()
    told = list(events(out + stream.abort(BrokenReplyError("half a stream"), call_id="c")))
    last = told[-1]
    assert "half a stream" in json.dumps(last)
    assert last.get("error") or last.get("type") == "error"
    if dialect == "gemini":
        assert json.dumps(last).startswith('{"error":'), "the SDK looks for that"


STOPS = {
    "openai_chat": lambda rows: rows[-1]["choices"][0]["finish_reason"] == "content_filter",
    "openai_responses": lambda rows: rows[-1]["response"]["incomplete_details"]["reason"] == "content_filter",
    "anthropic": lambda rows: rows[-2]["delta"]["stop_reason"] == "refusal",
    "gemini": lambda rows: rows[-1]["candidates"][0]["finishReason"] == "SAFETY",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("begun", [False, True])
def test_a_stop_ends_in_the_dialects_own_form_with_the_ledger_id(dialect: str, begun: bool, swapper: Any):  # noqa: FBT001 - a case
    data = streamed(dialect, answers(dialect)["plain"])
    stream = DIALECTS[dialect].stream([swapper()])
    out = stream.feed(data[: data.index(b"\n\n", len(data) // 2) + 2] if begun else b"") + stream.stop("ledger-1")
    rows = list(events(out))
    assert STOPS[dialect](rows)
    assert "ledger-1" in json.dumps(rows)
    assert stream.done


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_attached_comes_with_the_end(dialect: str):
    stream = DIALECTS[dialect].stream([])
    stream.attach(lambda: {"cost": "1"})
    rows = list(events(stream.feed(streamed(dialect, answers(dialect)["plain"])) + stream.end()))
    assert sum('"cost"' in json.dumps(row) for row in rows) == 1


BROKEN = [
    b"<html>",
    b"[1]",
    b"{}",
    b'{"error":{"message":"x"}}',
    b'{"output":"x","content":"x","choices":[],"candidates":[]}',
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("data", BROKEN)
def test_what_is_no_answer_is_broken(dialect: str, data: bytes):
    with pytest.raises(BrokenReplyError):
        DIALECTS[dialect].read_answer(data)
    with pytest.raises(BrokenReplyError):
        through(dialect, [b"data: " + data + b"\n\n"], [Nothing()])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_error_keeps_the_status_of_the_deployment(dialect: str):
    body = json.dumps({"error": {"message": "who is 13900001111?", "type": "x", "code": "slow_down"}}).encode()
    error = RejectedError("the deployment answered with status 429", upstream_status=429, body=body)
    told = msgspec.json.decode(DIALECTS[dialect].error_body(error, call_id="c-1"))
    assert told["isthmus"]["upstream"] == {
        "status": 429,
        "code": "slow_down",
        "type": "x",
        "kind": "rate_limit",
    }
    assert "13900001111" not in json.dumps(told)
    words = {"openai_chat": "rate_limit_error", "openai_responses": "rate_limit_error", "anthropic": "rate_limit_error"}
    said_ = told["error"].get("type") if dialect != "gemini" else told["error"]["status"]
    assert said_ == words.get(dialect, "RESOURCE_EXHAUSTED")


RESPONSES: list[tuple[Node, str]] = [
    ({"model": "m", "input": "x", "previous_response_id": "resp_1"}, "/previous_response_id"),
    ({"model": "m", "input": "x", "conversation": "conv_1"}, "/conversation"),
    ({"model": "m", "input": [{"type": "item_reference", "id": "msg_1"}]}, "/input/0"),
    ({"model": "m", "input": []}, "/input"),
    ({"model": "m", "input": [1]}, "/input/0"),
    ({"model": "m", "input": [{"role": "user", "content": 1}]}, "/input/0/content"),
    ({"model": "m", "input": "x", "instructions": 1}, "/instructions"),
    ({"model": "m", "input": "x", "max_output_tokens": "1"}, "/max_output_tokens"),
    ({"model": "m", "input": "x", "text": {"format": {"type": 1}}}, "/text/format/type"),
    ({"model": "", "input": "x"}, "/model"),
]
GEMINI: list[tuple[Node, str]] = [
    ({}, "/contents"),
    ({"contents": [1]}, "/contents/0"),
    ({"contents": [{"parts": 1}]}, "/contents/0/parts"),
    ({"contents": [{"role": 1, "parts": []}]}, "/contents/0/role"),
    ({"contents": [{"parts": []}], "systemInstruction": "x"}, "/systemInstruction"),
    ({"contents": [{"parts": []}], "generationConfig": 1}, "/generationConfig"),
    ({"contents": [{"parts": []}], "generationConfig": {"maxOutputTokens": "1"}}, "/generationConfig/maxOutputTokens"),
]


@pytest.mark.parametrize(("body", "where"), RESPONSES)
def test_a_malformed_response_request_is_told_where(body: Node, where: str):
    with pytest.raises(MalformedError) as caught:
        DIALECTS["openai_responses"].read_request(json.dumps(body).encode(), depth=30)
    assert caught.value.where == where


@pytest.mark.parametrize(("body", "where"), GEMINI)
def test_a_malformed_gemini_request_is_told_where(body: Node, where: str):
    with pytest.raises(MalformedError) as caught:
        DIALECTS["gemini"].read_request(json.dumps(body).encode(), depth=30, model="m", stream=False)
    assert caught.value.where == where


def test_background_work_is_not_offered():
    with pytest.raises(NotOfferedError):
        DIALECTS["openai_responses"].read_request(b'{"model":"m","input":"x","background":true}', depth=30)
