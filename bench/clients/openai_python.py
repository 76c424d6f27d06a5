"""The official OpenAI SDK for Python before the gateway: Chat, Responses, Completions, Embeddings, errors."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import openai
from bench.clients.checking import FAR, HOME, KEY, LETTER, MOBILE, PIXEL, SCHEMA, URL, count, fail, raises, run, says
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

sdk = OpenAI(base_url=URL, api_key=KEY, max_retries=2)
USER: Any = [{"role": "user", "content": LETTER}]
NAMES = ("find_customer", "find_orders")
TOOLS: Any = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in NAMES]
RESPONSES_TOOLS: Any = [{"type": "function", "name": name, "parameters": SCHEMA, "strict": False} for name in NAMES]


class Contact(BaseModel):
    """What the structured answer holds."""

    phone: str


def plain() -> None:
    answer = sdk.chat.completions.create(model=FAR, messages=USER)
    says(answer.choices[0].message.content)
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0


async def later() -> None:
    async with AsyncOpenAI(base_url=URL, api_key=KEY) as client:
        answer = await client.chat.completions.create(model=FAR, messages=USER)
        says(answer.choices[0].message.content)
        stream = await client.chat.completions.create(model=FAR, messages=USER, stream=True)
        says("".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]))
        response = await client.responses.create(model=FAR, input=LETTER)
        says(response.output_text)


def streamed() -> None:
    options: Any = {"include_usage": True}
    chunks = list(sdk.chat.completions.create(model=FAR, messages=USER, stream=True, stream_options=options))
    says("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))
    assert chunks[-1].usage is not None


def stream_helper() -> None:
    with sdk.chat.completions.stream(model=FAR, messages=USER) as stream:
        assert [event.type for event in stream][-1] == "content.done"
        says(stream.get_final_completion().choices[0].message.content)


def parsed() -> None:
    answer = sdk.chat.completions.parse(model=FAR, messages=USER, response_format=Contact)
    assert answer.choices[0].message.parsed == Contact(phone=MOBILE)


def tool_loop() -> None:
    messages = list(USER)
    answer = sdk.chat.completions.create(model=FAR, messages=messages, tools=TOOLS, parallel_tool_calls=True)
    calls: Any = answer.choices[0].message.tool_calls
    assert answer.choices[0].finish_reason == "tool_calls"
    assert calls
    messages.append(answer.choices[0].message)
    for call in calls:
        assert json.loads(call.function.arguments) == {"phone": MOBILE}
        messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps({"phone": MOBILE})})
    done = sdk.chat.completions.create(model=FAR, messages=messages, tools=TOOLS)
    says(done.choices[0].message.content)


def image() -> None:
    """Nobody read it: at home it goes as it came, abroad it does not go."""
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    content: Any = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, part]}]
    assert sdk.chat.completions.create(model=HOME, messages=content).choices[0].message.content
    raises(openai.APIStatusError, lambda: sdk.chat.completions.create(model=FAR, messages=content), 451)


def response() -> None:
    made = sdk.responses.create(model=FAR, input=LETTER, instructions="Be brief.")
    says(made.output_text)
    assert made.status == "completed"
    assert made.usage is not None


def response_stream() -> None:
    with sdk.responses.stream(model=FAR, input=LETTER) as stream:
        kinds = [event.type for event in stream]
        says(stream.get_final_response().output_text)
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


def response_parsed() -> None:
    made = sdk.responses.parse(model=FAR, input=LETTER, text_format=Contact)
    assert made.output_parsed == Contact(phone=MOBILE)


def response_tool_loop() -> None:
    items: Any = [{"role": "user", "content": LETTER}]
    made = sdk.responses.create(model=FAR, input=items, tools=RESPONSES_TOOLS, reasoning={"effort": "low"})
    calls = [item for item in made.output if item.type == "function_call"]
    assert calls
    items += made.output
    for call in calls:
        assert json.loads(call.arguments) == {"phone": MOBILE}
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": MOBILE})
    says(sdk.responses.create(model=FAR, input=items, tools=RESPONSES_TOOLS).output_text)


def response_kept() -> None:
    first = sdk.responses.create(model=FAR, input=LETTER)
    second = sdk.responses.create(model=FAR, input="And again, please.", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert sdk.responses.retrieve(second.id).output_text == second.output_text
    items = sdk.responses.input_items.list(second.id, order="asc").data
    assert [getattr(item, "role", "") for item in items] == ["user", "assistant", "user"]
    sdk.responses.delete(first.id)
    raises(openai.NotFoundError, lambda: sdk.responses.retrieve(first.id))
    assert sdk.responses.input_tokens.count(model=FAR, input=LETTER).input_tokens > 0


def completion() -> None:
    says(sdk.completions.create(model=FAR, prompt=LETTER, max_tokens=500).choices[0].text)
    stream = sdk.completions.create(model=FAR, prompt=LETTER, max_tokens=500, stream=True)
    says("".join(chunk.choices[0].text for chunk in stream if chunk.choices))


def embeddings() -> None:
    """OpenAI's form of embeddings is spoken by deployments that speak Chat."""
    made = sdk.embeddings.create(model="far-openai-chat", input=[LETTER, "nobody"])
    assert [len(row.embedding) for row in made.data] == [8, 8]


def models() -> None:
    assert FAR in {model.id for model in sdk.models.list()}
    assert sdk.models.retrieve(FAR).id == FAR


def errors() -> None:
    ask = sdk.chat.completions.create
    raises(openai.NotFoundError, lambda: ask(model="nobody", messages=USER))
    raises(openai.BadRequestError, lambda: ask(model=FAR, messages=[]))
    with OpenAI(base_url=URL, api_key="isk_0") as stranger:
        raises(openai.AuthenticationError, stranger.models.list)
    error = raises(openai.APIStatusError, lambda: sdk.images.generate(prompt="x"), 501)
    assert "home" in str(error)
    fail("400")
    raises(openai.BadRequestError, lambda: ask(model=FAR, messages=USER))


def overload() -> None:
    """What a deployment answers for the moment is tried again, by the gateway first."""
    before = count()["count"]
    fail("503")
    says(sdk.chat.completions.create(model=FAR, messages=USER).choices[0].message.content)
    assert count()["count"] == before + 2


def broken_stream() -> None:
    fail("half")
    raises(openai.APIError, lambda: list(sdk.chat.completions.create(model=FAR, messages=USER, stream=True)))


def too_slow() -> None:
    fail("silent")
    patient = sdk.with_options(timeout=0.4, max_retries=0)
    raises(openai.APITimeoutError, lambda: patient.chat.completions.create(model=FAR, messages=USER))


def leaving() -> None:
    before = count()["left"]
    messages: Any = [{"role": "user", "content": "hello " * 300}]
    stream = sdk.chat.completions.create(model=FAR, messages=messages, stream=True)
    next(iter(stream))
    stream.close()
    end = time.monotonic() + 10
    while count()["left"] == before:
        assert time.monotonic() < end, "the deployment was not told"
        time.sleep(0.05)


run(
    {
        row.__name__: row
        for row in (
            *(plain, later, streamed, stream_helper, parsed, tool_loop, image),
            *(response, response_stream, response_parsed, response_tool_loop, response_kept),
            *(completion, embeddings, models, errors, overload, broken_stream, too_slow, leaving),
        )
    }
)
