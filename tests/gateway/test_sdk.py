"""The official openai SDK, unmodified, before a real `isthmus serve` process and the simulated ecosystems."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from isthmus.apps.demo.stage import Stage

MOBILE = "13912345678"
LETTER = f"请联系周建国（{MOBILE}），说明轴承更换的安排。"
IMAGE = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(64)).decode()


class Impatient(Stage):
    """The stage with short patience for one deployment and a small limit of size."""

    def _write(self) -> None:
        super()._write()
        text = self.config.read_text(encoding="utf-8")
        assert text.count("recipient: weber-shanghai\n") == 1
        patience = "recipient: weber-shanghai\n    retries: 0\n    first_byte_seconds: 0.5\n    connect_seconds: 1\n"
        text = text.replace("recipient: weber-shanghai\n", patience)
        self.config.write_text(f"{text}\nlimits: {{body_bytes: 100000}}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Impatient(tmp_path_factory.mktemp("stage") / "state") as running:
        yield running


class Counted:
    """What went over the wire, as the SDK's own HTTP client saw it."""

    def __init__(self) -> None:
        self.requests = 0

    def note(self, _: object) -> None:
        self.requests += 1


@pytest.fixture
def wire() -> Counted:
    return Counted()


@pytest.fixture
def sdk(stage: Stage, wire: Counted) -> Iterator[OpenAI]:
    with OpenAI(
        base_url=stage.url,
        api_key=stage.keys["after-sales"],
        http_client=openai.DefaultHttpxClient(event_hooks={"request": [wire.note]}),
    ) as client:
        yield client


@pytest.fixture
async def later(stage: Stage) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=stage.url, api_key=stage.keys["after-sales"]) as client:
        yield client


def user(text: Any) -> list[Any]:
    return [{"role": "user", "content": text}]


def last_sent(stage: Stage, deployment: str) -> Any:
    """The body that reached a simulated deployment last."""
    return json.loads(stage.ecosystems.received(deployment)[-1].body)


TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Look something up.",
            "parameters": {"type": "object", "properties": {"phone": {"type": "string"}}, "required": ["phone"]},
        },
    }
    for name in ("find_customer", "find_orders")
]


def test_plain_at_home_and_restored_from_abroad(stage: Stage, sdk: OpenAI) -> None:
    home = sdk.chat.completions.create(model="home", messages=user(LETTER))
    assert MOBILE in (home.choices[0].message.content or "")
    assert home.usage is not None
    assert home.usage.total_tokens == home.usage.prompt_tokens + home.usage.completion_tokens
    abroad = sdk.chat.completions.create(model="group", messages=user(LETTER))
    assert MOBILE in (abroad.choices[0].message.content or "")
    assert MOBILE not in json.dumps(last_sent(stage, "mistral-frankfurt"), ensure_ascii=False)


@pytest.mark.parametrize("model", ["home", "group"])
def test_streaming(sdk: OpenAI, model: str) -> None:
    with sdk.chat.completions.create(
        model=model, messages=user(LETTER), stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert MOBILE in text
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert [bool(chunk.usage) for chunk in chunks if not chunk.choices] == [True]
    assert len({chunk.id for chunk in chunks}) == 1


def test_usage_that_was_not_asked_for_does_not_appear(stage: Stage, sdk: OpenAI) -> None:
    with sdk.chat.completions.create(model="home", messages=user("hello"), stream=True) as stream:
        chunks = list(stream)
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_the_stream_helper_gathers_events_to_a_completion(sdk: OpenAI) -> None:
    with sdk.chat.completions.stream(model="group", messages=user(LETTER)) as stream:
        kinds = [event.type for event in stream]
        done = stream.get_final_completion()
    assert kinds[-1] == "content.done"
    assert MOBILE in (done.choices[0].message.content or "")


@pytest.mark.parametrize("how", ["whole", "streamed"])
@pytest.mark.parametrize("model", ["home", "group"])
def test_a_tool_loop_of_two_turns(stage: Stage, sdk: OpenAI, model: str, how: str) -> None:
    """The arguments come back with the real number, the tool's result leaves as a pseudonym of the same number."""
    messages = user(LETTER)
    call = _call(sdk, model, messages, stream=how == "streamed")[0]
    assert json.loads(call["function"]["arguments"]) == {"phone": MOBILE}
    messages += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": json.dumps({"phone": MOBILE, "open_orders": 2})},
    ]
    answer = sdk.chat.completions.create(model=model, messages=messages, tools=TOOLS)
    assert answer.choices[0].finish_reason == "stop"
    assert MOBILE in (answer.choices[0].message.content or "")
    sent = last_sent(stage, "vllm-shanghai" if model == "home" else "mistral-frankfurt")["messages"]
    arguments, result = (json.loads(text)["phone"] for text in _arguments_and_result(sent))
    assert arguments == result
    assert (arguments == MOBILE) is (model == "home")


def _call(sdk: OpenAI, model: str, messages: list[Any], *, stream: bool) -> list[Any]:
    if not stream:
        answer = sdk.chat.completions.create(model=model, messages=messages, tools=TOOLS)
        assert answer.choices[0].finish_reason == "tool_calls"
        return [call.model_dump() for call in answer.choices[0].message.tool_calls or []]
    with sdk.chat.completions.stream(model=model, messages=messages, tools=TOOLS) as events:
        done = events.get_final_completion()
    calls = done.choices[0].message.tool_calls or []
    return [call.model_dump(exclude={"function": {"parsed_arguments"}}, exclude_none=True) for call in calls]


def _arguments_and_result(messages: list[Any]) -> tuple[str, str]:
    return messages[1]["tool_calls"][0]["function"]["arguments"], messages[2]["content"]


@pytest.mark.parametrize("how", ["whole", "streamed"])
def test_tools_in_parallel(sdk: OpenAI, how: str) -> None:
    if how == "streamed":
        with sdk.chat.completions.stream(
            model="group", messages=user(LETTER), tools=TOOLS, parallel_tool_calls=True
        ) as events:
            calls = events.get_final_completion().choices[0].message.tool_calls or []
    else:
        answer = sdk.chat.completions.create(
            model="group", messages=user(LETTER), tools=TOOLS, parallel_tool_calls=True
        )
        calls = list(answer.choices[0].message.tool_calls or [])  # type: ignore[arg-type] # both kinds have a function
    assert [call.function.name for call in calls] == ["find_customer", "find_orders"]
    assert [json.loads(call.function.arguments) for call in calls] == [{"phone": MOBILE}] * 2
    assert len({call.id for call in calls}) == 2


def test_an_image_stays_at_home_and_does_not_leave_unread(stage: Stage, sdk: OpenAI) -> None:
    """Nobody read it, so what it holds is unknown: at home it goes as it came, abroad that is no release."""
    parts = [{"type": "text", "text": "What does it show?"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
    home = sdk.chat.completions.create(model="home", messages=user(parts))
    assert home.choices[0].message.content
    assert last_sent(stage, "vllm-shanghai")["messages"] == user(parts)
    before = stage.ecosystems.count("vllm-singapore")
    with pytest.raises(openai.APIStatusError) as refused:
        sdk.chat.completions.create(model="vllm-singapore", messages=user(parts))
    assert refused.value.status_code == 451
    told = refused.value.response.json()["isthmus"]
    assert told["decisions"][0]["verdict"] in ("review", "deny")
    assert "qwen-beijing" in told["lawful"]
    assert IMAGE not in refused.value.response.text
    assert stage.ecosystems.count("vllm-singapore") == before


class Contact(BaseModel):
    """What the structured answer holds."""

    name: str
    phone: str


def test_structured_output(sdk: OpenAI) -> None:
    answer = sdk.chat.completions.parse(model="group", messages=user(LETTER), response_format=Contact)
    parsed = answer.choices[0].message.parsed
    assert parsed is not None
    assert parsed.phone == MOBILE
    with sdk.chat.completions.stream(model="group", messages=user(LETTER), response_format=Contact) as stream:
        streamed = stream.get_final_completion().choices[0].message.parsed
    assert streamed == parsed


def test_several_choices(sdk: OpenAI) -> None:
    answer = sdk.chat.completions.create(model="group", messages=user(LETTER), n=2)
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert all(MOBILE in (choice.message.content or "") for choice in answer.choices)
    with sdk.chat.completions.stream(model="group", messages=user(LETTER), n=2) as stream:
        streamed = stream.get_final_completion()
    assert [choice.message.content for choice in streamed.choices] == [
        choice.message.content for choice in answer.choices
    ]


def test_what_nobody_knows_passes_through_untouched(stage: Stage, sdk: OpenAI) -> None:
    """At any depth, of any type; our own object does not."""
    extra = {"top_k": 7, "x_house": {"a": [None, 1.5, {"b": False}], "ä": "ß"}, "seed": 0, "safe": -0.0}
    own = {"isthmus": {"purpose": "drafting"}}
    sdk.chat.completions.create(model="home", messages=user("hello"), temperature=0.3, extra_body={**extra, **own})
    sent = last_sent(stage, "vllm-shanghai")
    assert {name: sent[name] for name in extra} == extra
    assert sent["temperature"] == 0.3
    assert "isthmus" not in sent
    assert sent["model"] == "qwen3.8-32b"


def test_headers_of_a_raw_response(stage: Stage, sdk: OpenAI) -> None:
    raw = sdk.chat.completions.with_raw_response.create(
        model="group", messages=user(LETTER), extra_headers={"x-isthmus-decision": "true"}
    )
    assert raw.headers["x-isthmus-deployment"] == "mistral-frankfurt"
    assert raw.headers["x-isthmus-verdict"] == "allow"
    assert raw.headers["x-isthmus-cost"].endswith(" CNY")
    assert "pseudonymise:cn.mobile=1" in raw.headers["x-isthmus-edits"]
    field = json.loads(raw.text)["isthmus"]
    assert field["call"] == raw.headers["x-isthmus-call"]
    assert field["ledger_id"] == raw.headers["x-isthmus-ledger-id"]
    answer = raw.parse()
    assert MOBILE in (answer.choices[0].message.content or "")
    with sdk.chat.completions.with_streaming_response.create(
        model="group", messages=user(LETTER), stream=True
    ) as streamed:
        assert streamed.headers["content-type"].startswith("text/event-stream")
        assert streamed.headers["x-isthmus-deployment"] == "mistral-frankfurt"
        assert list(streamed.iter_lines())[-2] == "data: [DONE]"


def test_models(sdk: OpenAI) -> None:
    names = {model.id for model in sdk.models.list()}
    assert {"auto", "home", "group", "qwen-beijing", "mistral-frankfurt"} <= names


ERRORS: dict[str, tuple[int, type[openai.APIStatusError], dict[str, Any]]] = {
    "wrong type": (400, openai.BadRequestError, {"extra_body": {"messages": "text"}}),
    "outside the set": (403, openai.PermissionDeniedError, {"extra_headers": {"x-isthmus-audience": "public"}}),
    "unknown model": (404, openai.NotFoundError, {"model": "gpt-17"}),
    "too large": (413, openai.APIStatusError, {"extra_body": {"pad": "x" * 100_000}}),
    "the law": (451, openai.APIStatusError, {"model": "vllm-singapore", "messages": user(LETTER)}),
    "broken reply": (502, openai.InternalServerError, {"fault": "html"}),
    "half an answer": (502, openai.InternalServerError, {"fault": "half_json"}),
    "too slow": (504, openai.InternalServerError, {"fault": "silent"}),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_the_sdks_own_and_are_not_tried_again(stage: Stage, sdk: OpenAI, wire: Counted, name: str) -> None:
    """The SDK would send some of these codes again by itself; here nothing would be better the second time."""
    status, kind, asked = ERRORS[name]
    asked = dict(asked)
    if broken := asked.pop("fault", None):
        stage.fail("vllm-shanghai", broken)
    with pytest.raises(kind) as caught:
        sdk.chat.completions.create(**{"model": "vllm-shanghai", "messages": user("hello"), **asked})
    assert type(caught.value) is kind
    assert caught.value.status_code == status
    body = caught.value.body
    assert isinstance(body, dict)
    assert body["message"]
    assert body["code"]
    assert MOBILE not in str(caught.value)
    assert wire.requests == 1
    assert sdk.max_retries > 0


def test_a_key_that_nobody_knows(stage: Stage, wire: Counted) -> None:
    with (
        OpenAI(base_url=stage.url, api_key="isk_" + "0" * 64) as stranger,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        stranger.chat.completions.create(model="home", messages=user("hello"))
    assert caught.value.code == "invalid_api_key"
    assert "isk_000" not in str(caught.value)


def test_what_is_not_offered_names_the_way(sdk: OpenAI, wire: Counted) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        sdk.images.generate(model="home", prompt="hello")
    assert caught.value.status_code == 501
    assert wire.requests == 1


def test_a_stream_that_breaks_off_is_an_error_and_no_answer(stage: Stage, sdk: OpenAI) -> None:
    stage.fail("vllm-shanghai", "half")
    with (
        sdk.chat.completions.create(model="vllm-shanghai", messages=user("hello"), stream=True) as stream,
        pytest.raises(openai.APIError) as caught,
    ):
        list(stream)
    assert caught.value.code == "upstream_broken_reply"


def left(stage: Stage, deployment: str) -> None:
    """Wait until the deployment has seen its client leave."""
    waiting = asyncio.run_coroutine_threadsafe(stage.ecosystems.until_left(deployment), stage._loop)
    waiting.result(10)


def test_a_stream_that_is_closed_closes_the_upstream(stage: Stage, sdk: OpenAI) -> None:
    assert stage.ecosystems.left("glm-beijing") == 0
    stream = sdk.chat.completions.create(model="glm-beijing", messages=user("hello " * 200), stream=True)
    next(iter(stream))
    stream.close()
    left(stage, "glm-beijing")


async def test_the_asynchronous_client(stage: Stage, later: AsyncOpenAI) -> None:
    answer, stream = await asyncio.gather(
        later.chat.completions.create(model="group", messages=user(LETTER)),
        later.chat.completions.create(model="group", messages=user(LETTER), stream=True),
    )
    async with stream:
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert text == answer.choices[0].message.content
    assert MOBILE in text
    async with later.chat.completions.stream(model="group", messages=user(LETTER), tools=TOOLS) as events:
        done = await events.get_final_completion()
    assert [call.function.name for call in done.choices[0].message.tool_calls or []] == ["find_customer"]
    with pytest.raises(openai.APIStatusError, match="law"):
        await later.chat.completions.create(model="vllm-singapore", messages=user(LETTER))


async def test_an_asynchronous_stream_that_is_cancelled_closes_the_upstream(stage: Stage, later: AsyncOpenAI) -> None:
    events = 0

    async def read() -> None:
        nonlocal events
        async with await later.chat.completions.create(
            model="deepseek-hangzhou", messages=user("hello " * 200), stream=True
        ) as stream:
            async for _ in stream:
                events += 1

    reading = asyncio.create_task(read())
    while not events:  # noqa: ASYNC110 - the SDK sets no event here
        await asyncio.sleep(0.001)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.to_thread(left, stage, "deepseek-hangzhou")
