"""The official Anthropic SDK for Python before the gateway: Messages, streams, tools, thinking, errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import anthropic
from anthropic import Anthropic, AsyncAnthropic
from bench.clients.checking import FAR, HOME, KEY, LETTER, MOBILE, PIXEL, ROOT, SCHEMA, count, fail, raises, run, says
from pydantic import BaseModel

sdk = Anthropic(base_url=ROOT, api_key=KEY)
USER: Any = [{"role": "user", "content": LETTER}]
TOOLS: Any = [{"name": name, "input_schema": SCHEMA} for name in ("find_customer", "find_orders")]
THINKING: Any = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 4000}


class Contact(BaseModel):
    """What the structured answer holds."""

    phone: str


def text_of(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def plain() -> None:
    message = sdk.messages.create(model=FAR, max_tokens=500, messages=USER, system="Be brief.")
    says(text_of(message))
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 0


async def later() -> None:
    async with AsyncAnthropic(base_url=ROOT, api_key=KEY) as client:
        says(text_of(await client.messages.create(model=FAR, max_tokens=500, messages=USER)))
        async with client.messages.stream(model=FAR, max_tokens=500, messages=USER) as stream:
            says("".join([text async for text in stream.text_stream]))


def streamed() -> None:
    events = list(sdk.messages.create(model=FAR, max_tokens=500, messages=USER, stream=True))
    assert events[0].type == "message_start"
    assert events[-1].type == "message_stop"
    with sdk.messages.stream(model=FAR, max_tokens=500, messages=USER) as stream:
        says("".join(stream.text_stream))
        says(text_of(stream.get_final_message()))


def parsed() -> None:
    message = sdk.messages.parse(model=FAR, max_tokens=500, messages=USER, output_format=Contact)
    assert message.parsed_output == Contact(phone=MOBILE)


def tool_loop() -> None:
    """With thinking, which goes back signed as it came."""
    messages = list(USER)
    message = sdk.messages.create(model=FAR, messages=messages, tools=TOOLS, **THINKING)
    assert message.stop_reason == "tool_use"
    calls = [block for block in message.content if block.type == "tool_use"]
    messages.append({"role": "assistant", "content": message.content})
    results = []
    for call in calls:
        assert call.input == {"phone": MOBILE}
        results.append({"type": "tool_result", "tool_use_id": call.id, "content": f"{MOBILE}: two orders"})
    messages.append({"role": "user", "content": results})
    says(text_of(sdk.messages.create(model=FAR, messages=messages, tools=TOOLS, **THINKING)))


def tool_stream() -> None:
    with sdk.messages.stream(model=FAR, max_tokens=500, messages=USER, tools=TOOLS) as stream:
        message = stream.get_final_message()
    assert next(block.input for block in message.content if block.type == "tool_use") == {"phone": MOBILE}


def image() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    content: Any = [
        {"role": "user", "content": [{"type": "image", "source": source}, {"type": "text", "text": "What?"}]}
    ]
    assert text_of(sdk.messages.create(model=HOME, max_tokens=500, messages=content))
    raises(anthropic.APIStatusError, lambda: sdk.messages.create(model=FAR, max_tokens=500, messages=content), 451)


def tokens() -> None:
    assert sdk.messages.count_tokens(model=FAR, messages=USER).input_tokens > 0


def models() -> None:
    assert FAR in {model.id for model in sdk.models.list()}
    assert sdk.models.retrieve(FAR).id == FAR


def errors() -> None:
    def ask(**more: Any) -> Any:
        return sdk.messages.create(**{"model": FAR, "max_tokens": 500, "messages": USER, **more})

    raises(anthropic.NotFoundError, lambda: ask(model="nobody"))
    raises(anthropic.BadRequestError, lambda: ask(messages=[]))
    with Anthropic(base_url=ROOT, api_key="isk_0") as stranger:
        raises(anthropic.AuthenticationError, stranger.models.list)
    raises(anthropic.APIStatusError, sdk.messages.batches.list, 501)
    fail("400")
    raises(anthropic.BadRequestError, ask)


def overload() -> None:
    before = count()["count"]
    fail("503")
    says(text_of(sdk.messages.create(model=FAR, max_tokens=500, messages=USER)))
    assert count()["count"] == before + 2


def broken_stream() -> None:
    fail("half")

    def read() -> None:
        list(sdk.messages.create(model=FAR, max_tokens=500, messages=USER, stream=True))

    raises(anthropic.APIError, read)


def too_slow() -> None:
    fail("silent")
    patient = sdk.with_options(timeout=0.4, max_retries=0)
    raises(anthropic.APITimeoutError, lambda: patient.messages.create(model=FAR, max_tokens=500, messages=USER))


run(
    {
        row.__name__: row
        for row in (
            *(plain, later, streamed, parsed, tool_loop, tool_stream, image, tokens, models),
            *(errors, overload, broken_stream, too_slow),
        )
    }
)
