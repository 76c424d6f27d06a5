"""The OpenAI Agents SDK before the gateway: an agent with a tool, run and streamed, over Chat and over Responses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from bench.clients.checking import FAR, KEY, LETTER, MOBILE, URL, run, says
from openai import AsyncOpenAI
from pydantic import BaseModel

set_tracing_disabled(True)
ASKED: list[str] = []


class Contact(BaseModel):
    """Whom to call."""

    phone: str


@function_tool
def find_customer(phone: str) -> str:
    """Find a customer by telephone."""
    ASKED.append(phone)
    return f"{phone}: two orders"


def agent(kind: Any, **more: Any) -> Any:
    """An agent over one of the SDK's two models; each run has a loop of its own, and so a client of its own."""
    client = AsyncOpenAI(base_url=URL, api_key=KEY)
    return Agent(name="desk", instructions="Be brief.", model=kind(model=FAR, openai_client=client), **more)


def plain(kind: Any) -> Any:
    async def check() -> None:
        says((await Runner.run(agent(kind), LETTER)).final_output)

    return check


def tool_loop(kind: Any) -> Any:
    async def check() -> None:
        ASKED.clear()
        settings = ModelSettings(tool_choice="auto")
        made = await Runner.run(agent(kind, tools=[find_customer], model_settings=settings), LETTER, max_turns=4)
        says(made.final_output)
        assert ASKED == [MOBILE]

    return check


def streamed(kind: Any) -> Any:
    async def check() -> None:
        made = Runner.run_streamed(agent(kind, tools=[find_customer]), LETTER, max_turns=4)
        kinds = {event.type async for event in made.stream_events()}
        assert "raw_response_event" in kinds
        says(made.final_output)

    return check


def structured(kind: Any) -> Any:
    async def check() -> None:
        made = await Runner.run(agent(kind, output_type=Contact), LETTER)
        assert made.final_output == Contact(phone=MOBILE)

    return check


KINDS = {"chat": OpenAIChatCompletionsModel, "responses": OpenAIResponsesModel}
run(
    {
        f"{name} {make.__name__}": make(kind)
        for name, kind in KINDS.items()
        for make in (plain, tool_loop, streamed, structured)
    }
)
