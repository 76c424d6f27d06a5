"""Completions, the legacy form: read by the vendor's SDK, pseudonymised, at deployments of every wire form."""

from __future__ import annotations

import json

import pytest
from openai.types import Completion
from tests.gateway.callers import LETTER, MOBILE, NAME, WAYS, sent


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("out", WAYS)
async def test_a_prompt_is_completed_and_restored(pairs, out, stream):
    model = f"out-{out.replace('_', '-')}"
    body = {"model": model, "prompt": [LETTER], "stream": stream, "stream_options": {"include_usage": True}}
    answer = await pairs.ask(body if stream else {**body, "stream_options": None}, path="/v1/completions")
    assert answer.status == 200, answer.body
    said = [Completion.construct(**each) for each in (answer.events if stream else [answer.json])]
    assert {each.object for each in said} == {"text_completion"}
    text = "".join(choice.text for each in said for choice in each.choices)
    assert MOBILE in text
    assert [choice.finish_reason for each in said for choice in each.choices][-1] == "stop"
    assert any(each.usage and each.usage.total_tokens for each in said)
    assert answer.body.endswith(b"data: [DONE]\n\n") is stream
    assert "prompt (asked as a chat" in answer.headers["x-isthmus-not-carried"]
    assert not any(original in json.dumps(sent(pairs), ensure_ascii=False) for original in (NAME, MOBILE))


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"suffix": "end"}, "/suffix"),
        ({"echo": True}, "/echo"),
        ({"best_of": 3}, "/best_of"),
        ({"logprobs": 2}, "/logprobs"),
        ({"prompt": ["a", "b"]}, "/prompt"),
        ({"prompt": [1, 2]}, "/prompt"),
        ({"prompt": ""}, "/prompt"),
    ],
)
async def test_what_a_chat_cannot_do_is_refused_by_name(house, asked, where):
    answer = await house.ask({"model": "home", "prompt": "hello", **asked}, path="/v1/completions")
    assert (answer.status, answer.json["error"]["param"]) == (400, where)
    assert not house.sent("qwen-beijing")


async def test_the_bound_is_that_of_the_api_where_nothing_is_said(house):
    await house.ask({"model": "home", "prompt": "hello", "echo": False}, path="/v1/completions")
    assert house.sent("qwen-beijing")[-1]["max_tokens"] == 16


async def test_a_stream_that_breaks_says_so(house):
    house.ecosystems.fail("qwen-beijing", "half")
    answer = await house.ask({"model": "home", "prompt": "hello", "stream": True}, path="/v1/completions")
    assert answer.events[-1]["error"]["code"] == "upstream_broken_reply"
