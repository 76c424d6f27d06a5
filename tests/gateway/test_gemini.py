"""Gemini as a way in, before deployments that speak Chat: names in the path, pseudonyms, streams, errors, lists."""

from __future__ import annotations

import json

import pytest

from isthmus.clock import now
from isthmus.errors import MalformedError, MethodError, NotOfferedError
from isthmus.exchange import HttpRequest
from isthmus.routes import dialect_of, route_of

RESIDENT_ID = "11010519491231002X"
MOBILE = "13912345678"
LETTER = f"请给周建国（身份证号{RESIDENT_ID}，手机{MOBILE}）写一封道歉信。"
BODY = {"contents": [{"role": "user", "parts": [{"text": LETTER}]}]}


async def asked(house, path: str, body=BODY, *, query: str = "", **headers: str):
    from tests.gateway.conftest import read

    sent = {"content-type": "application/json", **headers}
    request = HttpRequest(method="POST", path=path, query=query, headers=sent, body=json.dumps(body).encode())
    return await read(await house.gateway.handle(request, at=now()))


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_leaves_as_pseudonyms_in_chat_and_comes_back_as_gemini(house, stream):
    method, query = ("streamGenerateContent", "alt=sse&key=") if stream else ("generateContent", "key=")
    path, key = f"/v1beta/models/abroad:{method}", house.keys["app"]
    answer = await asked(house, path, {**BODY, "labels": {"a": "b"}}, query=query + key)
    assert answer.status == 200, answer.body
    [sent] = house.sent("mistral-frankfurt")
    for original in ("周建国", RESIDENT_ID, MOBILE):
        assert original not in json.dumps(sent, ensure_ascii=False)
    assert sent.get("stream", False) is stream
    chunks = answer.events if stream else [answer.json]
    parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    assert MOBILE in "".join(part["text"] for part in parts)
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["usageMetadata"]["totalTokenCount"] > 0
    assert answer.headers["x-isthmus-not-carried"] == "labels"


async def test_errors_and_counts_are_in_its_form(house):
    key = {"x-goog-api-key": house.keys["app"]}
    refused = await asked(house, "/v1beta/models/elsewhere:generateContent", **key)
    assert refused.status == 451
    assert refused.json["error"]["status"] == "PERMISSION_DENIED"
    assert refused.json["isthmus"]["decisions"]
    counted = await asked(house, "/v1beta/models/home:countTokens", **key)
    assert counted.json["totalTokens"] > 10
    listed = await house.ask(b"", path="/v1/models", method="GET", key="", **key)
    assert "models/home" in {row["name"] for row in listed.json["models"]}
    one = await house.ask(b"", path="/v1beta/models/home", method="GET", key="", **key)
    assert one.json["name"] == "models/home"
    chat = await house.ask(b"", path="/v1/models/home", method="GET")
    assert chat.json == {"object": "model", "created": 0, "owned_by": "self_hosted", "id": "home"}
    none = await house.ask(b"", path="/v1/models/nobody", method="GET")
    assert none.status == 404


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1beta/models/home:generateContent", "home"),
        ("/v1/models/qwen/max:1.5:generateContent", "qwen/max:1.5"),
        ("/v1beta/models/qwen%2Fmax%3A1.5:generateContent", "qwen/max:1.5"),
        ("/v1beta/models/home%3AgenerateContent", "home"),
    ],
)
def test_the_method_is_what_follows_the_last_colon(path, model):
    route = route_of("POST", path)
    assert route.named == {"model": model, "stream": False}
    assert dialect_of(path, {}).id == "gemini"


def test_what_is_not_offered_is_said():
    with pytest.raises(MalformedError, match="alt=sse"):
        route_of("POST", "/v1beta/models/home:streamGenerateContent")
    with pytest.raises(NotOfferedError):
        route_of("POST", "/v1beta/models/home:batchGenerateContent")
    with pytest.raises(MethodError, match="takes GET"):
        route_of("POST", "/v1/models/gpt-4o:latest")
    assert route_of("GET", "/v1/models/gpt-4o:latest").named == {"model": "gpt-4o:latest"}
