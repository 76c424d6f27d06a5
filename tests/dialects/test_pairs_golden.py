"""Golden files of translation: what was `given` in one dialect, and what it becomes in each other one.

`given/<dialect>/request.<case>.json` and `answer.<case>.json` are written by hand; a stream is made of an answer.
`<case>.<client>-<upstream>.json` holds what comes of them: the request for the deployment, its answer and its stream
for the client, the names of what is lost, or where it is refused. The judges are the vendors' SDKs (`oracles`).

To renew the expected files after a change that is meant: `python -m tests.dialects.test_pairs_golden`, and read the
difference line by line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.dialects.oracles import check_request, events, joined, said
from tests.dialects.streamed import streamed

from isthmus.dialects.known import DIALECTS
from isthmus.dialects.pairs import PAIRS, translate_answer, translate_request, translate_stream
from isthmus.errors import BrokenReplyError, MalformedError

FOLDER = Path(__file__).parent / "golden" / "pairs"
Node = dict[str, Any]


def given(kind: str) -> dict[str, dict[str, Node]]:
    """What was given: case, dialect, body."""
    found: dict[str, dict[str, Node]] = {}
    for file in sorted((FOLDER / "given").glob(f"*/{kind}.*.json")):
        found.setdefault(file.name.split(".")[1], {})[file.parent.name] = json.loads(file.read_text(encoding="utf-8"))
    return found


REQUESTS, ANSWERS = given("request"), given("answer")
REQUEST_CASES = [(case, *pair) for case in REQUESTS for pair in PAIRS if pair[0] in REQUESTS[case]]
ANSWER_CASES = [(case, *pair) for case in ANSWERS for pair in PAIRS if pair[1] in ANSWERS[case]]
CASES = sorted({*REQUEST_CASES, *ANSWER_CASES})


def request_of(case: str, client: str, upstream: str) -> Node:
    """What becomes of a request; it was read by its own dialect before."""
    body = REQUESTS[case][client]
    named: Node = {"model": "m", "stream": False} if client == "gemini" else {}
    read = DIALECTS[client].read_request(json.dumps(body).encode(), depth=64, **named)
    try:
        made, lost = translate_request(PAIRS[client, upstream], read.body, max_tokens=99)
    except MalformedError as error:
        return {"refused": error.where, "remedy": error.remedy}
    return {"body": made, "lost": list(lost)}


def answer_of(case: str, client: str, upstream: str) -> Node:
    """What becomes of a whole answer."""
    pair = PAIRS[client, upstream]
    try:
        body = DIALECTS[upstream].read_answer(json.dumps(ANSWERS[case][upstream]).encode()).body
        made, lost = translate_answer(pair, body, created=5)
    except BrokenReplyError as error:
        return {"broken": error.message}
    return {"body": made, "lost": list(lost)}


def stream_of(case: str, client: str, upstream: str, *, step: int = 0) -> tuple[bytes, list[str]] | str:
    """What becomes of a stream, given in pieces of `step` bytes (0: at once); or what is wrong with it."""
    data = streamed(upstream, ANSWERS[case][upstream])
    stream = translate_stream(PAIRS[client, upstream], created=5)
    pieces = [data[at : at + step] for at in range(0, len(data), step)] if step else [data]
    try:
        out = b"".join(stream.feed(piece) for piece in pieces) + stream.end()
    except BrokenReplyError as error:
        return error.message
    return out, sorted(stream.declared)


def outcome(case: str, client: str, upstream: str) -> Node:
    """All that a golden file holds."""
    found: Node = {}
    if (case, client, upstream) in REQUEST_CASES:
        found["request"] = request_of(case, client, upstream)
    if (case, client, upstream) in ANSWER_CASES:
        found["answer"] = answer_of(case, client, upstream)
        made = stream_of(case, client, upstream)
        found["stream"] = (
            {"broken": made} if isinstance(made, str) else {"events": list(events(made[0])), "lost": made[1]}
        )
    return found


def file_of(case: str, client: str, upstream: str) -> Path:
    return FOLDER / f"{case}.{client}-{upstream}.json"


@pytest.mark.parametrize(("case", "client", "upstream"), CASES)
def test_what_becomes_of_it_is_what_is_expected(case: str, client: str, upstream: str):
    expected = json.loads(file_of(case, client, upstream).read_text(encoding="utf-8"))
    assert outcome(case, client, upstream) == expected


def test_no_golden_file_is_left_over_and_no_pair_is_missing():
    assert sorted(FOLDER.glob("*.json")) == sorted(file_of(*row) for row in CASES)
    assert len(REQUESTS.keys() | ANSWERS.keys()) >= 25
    assert {(client, upstream) for _, client, upstream in CASES} == set(PAIRS)


@pytest.mark.parametrize(("case", "client", "upstream"), REQUEST_CASES)
def test_the_sdk_of_the_deployment_would_send_the_request(case: str, client: str, upstream: str):
    made = request_of(case, client, upstream)
    if "refused" in made:
        assert made["refused"].startswith("/"), "it says where"
        assert made["remedy"]
    else:
        sent = json.loads(DIALECTS[upstream].write_request(made["body"], model="m"))
        check_request(upstream, sent)
        named: Node = {"model": "m", "stream": False} if upstream == "gemini" else {}
        assert DIALECTS[upstream].read_request(json.dumps(sent).encode(), depth=64, **named)


def same(one: Node, other: Node, *, ids: bool) -> None:
    """Both say the same; an id that its dialect does not know may differ."""
    assert {name: one[name] for name in ("text", "reasoning", "finish", "usage")} == {
        name: other[name] for name in ("text", "reasoning", "finish", "usage")
    }
    assert [call[1:] for call in one["calls"]] == [call[1:] for call in other["calls"]]
    if ids:
        assert [call[0] for call in one["calls"]] == [call[0] for call in other["calls"]]


# case and client -> what of it has no place there
NO_PLACE = {("custom_tool", "anthropic"), ("custom_tool", "gemini")}
# an answer that its own SDK does not take, whose reading is ours to say
NO_ORACLE = {"unknown_block"}


@pytest.mark.parametrize(("case", "client", "upstream"), ANSWER_CASES)
def test_the_sdk_of_the_client_reads_what_the_sdk_of_the_deployment_reads(case: str, client: str, upstream: str):
    made = answer_of(case, client, upstream)
    stream = stream_of(case, client, upstream)
    if (case, client) in NO_PLACE:
        assert "broken" in made
        assert isinstance(stream, str)
        return
    assert not isinstance(stream, str), stream
    read = said(client, made["body"])
    ids = "gemini" not in (client, upstream)
    same(said(client, joined(client, stream[0])), read, ids=ids)
    if case not in NO_ORACLE:
        same(read, said(upstream, ANSWERS[case][upstream]), ids=ids)
    assert DIALECTS[client].read_answer(json.dumps(made["body"]).encode())


@pytest.mark.parametrize(("case", "client", "upstream"), ANSWER_CASES)
def test_however_it_is_cut_the_stream_is_the_same(case: str, client: str, upstream: str):
    assert stream_of(case, client, upstream, step=7) == stream_of(case, client, upstream)


def main() -> None:
    """Write the expected files anew."""
    for file in FOLDER.glob("*.json"):
        file.unlink()
    for row in CASES:
        file_of(*row).write_text(written(outcome(*row)), encoding="utf-8")


def written(found: Node) -> str:
    """The JSON with one event a line, so that a difference can be read."""
    rows = []
    for name, value in found.items():
        lines = [json.dumps(event, ensure_ascii=False) for event in value.get("events", ())]
        rest = json.dumps({key: each for key, each in value.items() if key != "events"}, ensure_ascii=False)
        if "events" in value:
            rest = rest[:-1] + ', "events": [\n  ' + ",\n  ".join(lines) + "\n ]}"
        rows.append(f" {json.dumps(name)}: {rest}")
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    main()
