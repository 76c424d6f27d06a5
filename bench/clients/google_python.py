"""The official Google Gen AI SDK for Python before the gateway: contents, streams, chats, tools, embeddings, errors."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from bench.clients.checking import FAR, HOME, KEY, LETTER, MOBILE, PIXEL, ROOT, SCHEMA, count, fail, raises, run, says
from google import genai
from google.genai import errors as faults
from google.genai import types
from pydantic import BaseModel

sdk = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=ROOT))
TOOL = types.Tool(
    function_declarations=[types.FunctionDeclaration(name="find_customer", parameters_json_schema=SCHEMA)]
)
THINKING = types.ThinkingConfig(include_thoughts=True, thinking_level=types.ThinkingLevel.LOW)
BY_HAND = types.AutomaticFunctionCallingConfig(disable=True)


class Contact(BaseModel):
    """What the structured answer holds."""

    phone: str


def plain() -> None:
    config = types.GenerateContentConfig(system_instruction="Be brief.", thinking_config=THINKING)
    answer = sdk.models.generate_content(model=FAR, contents=LETTER, config=config)
    says(answer.text)
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.total_token_count


async def later() -> None:
    says((await sdk.aio.models.generate_content(model=FAR, contents=LETTER)).text)
    stream = await sdk.aio.models.generate_content_stream(model=FAR, contents=LETTER)
    says("".join([chunk.text or "" async for chunk in stream]))


def streamed() -> None:
    chunks = list(sdk.models.generate_content_stream(model=FAR, contents=LETTER))
    says("".join(chunk.text or "" for chunk in chunks))
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


def parsed() -> None:
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Contact)
    answer = sdk.models.generate_content(model=FAR, contents=LETTER, config=config)
    assert answer.parsed == Contact(phone=MOBILE)


def chat() -> None:
    """Two turns; what the model thought goes back as it came."""
    talk = sdk.chats.create(model=FAR, config=types.GenerateContentConfig(thinking_config=THINKING))
    says(talk.send_message(LETTER).text)
    assert talk.send_message("Once more, please.").text


def tool_loop() -> None:
    config = types.GenerateContentConfig(tools=[TOOL], automatic_function_calling=BY_HAND, thinking_config=THINKING)
    user = types.Content(role="user", parts=[types.Part(text=LETTER)])
    answer = sdk.models.generate_content(model=FAR, contents=[user], config=config)
    calls = answer.function_calls
    assert calls
    assert calls[0].args == {"phone": MOBILE}
    back = types.Part.from_function_response(name="find_customer", response={"result": f"{MOBILE}: two orders"})
    turns: Any = [user, answer.candidates[0].content, types.Content(role="user", parts=[back])]
    says(sdk.models.generate_content(model=FAR, contents=turns, config=config).text)


def tool_of_its_own() -> None:
    """The SDK calls a Python function by itself."""
    asked = []

    def find_customer(phone: str) -> str:
        """Find a customer by telephone."""
        asked.append(phone)
        return f"{phone}: two orders"

    config = types.GenerateContentConfig(tools=[find_customer])
    says(sdk.models.generate_content(model=FAR, contents=LETTER, config=config).text)
    assert asked == [MOBILE]


def image() -> None:
    part = types.Part.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png")
    assert sdk.models.generate_content(model=HOME, contents=["What is it?", part]).text
    raises(faults.ClientError, lambda: sdk.models.generate_content(model=FAR, contents=["What?", part]), 451)


def tokens() -> None:
    assert sdk.models.count_tokens(model=FAR, contents=LETTER).total_tokens


def embeddings() -> None:
    """Gemini's form of embeddings is spoken by deployments that speak Gemini."""
    made = sdk.models.embed_content(model="far-gemini", contents=[LETTER, "nobody"])
    assert made.embeddings
    assert all(len(row.values or ()) == 8 for row in made.embeddings)


def models() -> None:
    assert f"models/{FAR}" in {model.name for model in sdk.models.list()}
    assert sdk.models.get(model=FAR).name == f"models/{FAR}"


def errors() -> None:
    ask = sdk.models.generate_content
    raises(faults.ClientError, lambda: ask(model="nobody", contents=LETTER), 404)
    stranger = genai.Client(api_key="isk_0", http_options=types.HttpOptions(base_url=ROOT))
    raises(faults.ClientError, lambda: stranger.models.generate_content(model=FAR, contents="x"), 401)
    fail("400")
    raises(faults.ClientError, lambda: ask(model=FAR, contents=LETTER), 400)


def overload() -> None:
    before = count()["count"]
    fail("503")
    says(sdk.models.generate_content(model=FAR, contents=LETTER).text)
    assert count()["count"] == before + 2


def broken_stream() -> None:
    fail("half")
    raises(faults.APIError, lambda: list(sdk.models.generate_content_stream(model=FAR, contents=LETTER)))


run(
    {
        row.__name__: row
        for row in (
            *(plain, later, streamed, parsed, chat, tool_loop, tool_of_its_own, image, tokens, embeddings, models),
            *(errors, overload, broken_stream),
        )
    }
)
