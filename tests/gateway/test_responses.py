"""Responses as a way in, before deployments that speak Chat: pseudonyms, streams, what is not offered."""

from __future__ import annotations

import json

import pytest
from openai.types.responses import Response

RESIDENT_ID = "11010519491231002X"
MOBILE = "13912345678"
LETTER = f"请给周建国（身份证号{RESIDENT_ID}，手机{MOBILE}）写一封道歉信。"
PATH = "/v1/responses"


def text_of(answer) -> str:
    """The text of a whole response, or of the deltas of a stream; what repeats them must say the same."""
    if not answer.pieces:
        return Response.model_validate(answer.json).output_text
    text = "".join(event["delta"] for event in answer.events if event["type"] == "response.output_text.delta")
    final = Response.model_validate(answer.events[-1]["response"])
    assert final.output_text == text
    assert [event["sequence_number"] for event in answer.events] == list(range(len(answer.events)))
    return text


@pytest.mark.parametrize("stream", [False, True])
async def test_a_response_leaves_as_pseudonyms_in_chat_and_comes_back_as_a_response(house, stream):
    answer = await house.ask({"model": "abroad", "input": LETTER, "stream": stream, "include": ["x"]}, path=PATH)
    assert answer.status == 200, answer.body
    [sent] = house.sent("mistral-frankfurt")
    for original in ("周建国", RESIDENT_ID, MOBILE):
        assert original not in json.dumps(sent, ensure_ascii=False)
    assert MOBILE in text_of(answer)
    assert answer.headers["x-isthmus-not-carried"] == "include"


async def test_what_rests_on_another_call_is_refused_with_the_remedy(house):
    answer = await house.ask({"model": "home", "input": "hello", "previous_response_id": "resp_1"}, path=PATH)
    assert answer.status == 400
    assert "/previous_response_id" in answer.json["error"]["message"]
    background = await house.ask({"model": "home", "input": "hello", "background": True}, path=PATH)
    assert background.status == 501
    retrieved = await house.ask(b"", path=f"{PATH}/resp_1", method="GET")
    assert retrieved.status == 501


async def test_input_tokens_are_estimated_here(house):
    answer = await house.ask({"model": "home", "input": "hello " * 20}, path=f"{PATH}/input_tokens")
    assert answer.json["object"] == "response.input_tokens"
    assert answer.json["input_tokens"] > 10
