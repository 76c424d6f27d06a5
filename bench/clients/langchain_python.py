"""LangChain's three providers before the gateway: invoke, stream, tools, structured output, embeddings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from bench.clients.checking import FAR, KEY, LETTER, MOBILE, ROOT, URL, run, says
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel


class Contact(BaseModel):
    """Whom to call."""

    phone: str


@tool
def find_customer(phone: str) -> str:
    """Find a customer by telephone."""
    return f"{phone}: two orders"


MODELS: dict[str, Any] = {
    "openai": ChatOpenAI(base_url=URL, api_key=KEY, model=FAR),
    "openai_responses": ChatOpenAI(base_url=URL, api_key=KEY, model=FAR, use_responses_api=True),
    "anthropic": ChatAnthropic(base_url=ROOT, api_key=KEY, model=FAR, max_tokens=1000),
    "google": ChatGoogleGenerativeAI(base_url=ROOT, google_api_key=KEY, model=FAR),
}


def text_of(message: Any) -> str:
    return str(message.text)


def invoke(model: Any) -> None:
    message = model.invoke([("system", "Be brief."), ("user", LETTER)])
    says(text_of(message))
    assert message.usage_metadata["total_tokens"] > 0


async def later(model: Any) -> None:
    says(text_of(await model.ainvoke(LETTER)))
    says("".join([text_of(chunk) async for chunk in model.astream(LETTER)]))


def stream(model: Any) -> None:
    says("".join(text_of(chunk) for chunk in model.stream(LETTER)))


def tools(model: Any) -> None:
    messages: list[Any] = [HumanMessage(LETTER)]
    bound = model.bind_tools([find_customer])
    message = bound.invoke(messages)
    assert [call["args"] for call in message.tool_calls] == [{"phone": MOBILE}]
    call = message.tool_calls[0]
    messages += [message, ToolMessage(find_customer.invoke(call["args"]), tool_call_id=call["id"])]
    says(text_of(bound.invoke(messages)))


def structured(model: Any) -> None:
    assert model.with_structured_output(Contact).invoke(LETTER) == Contact(phone=MOBILE)


def embeddings() -> None:
    """As texts: tokens, which LangChain sends otherwise, cannot be read and do not leave."""
    made = OpenAIEmbeddings(base_url=URL, api_key=KEY, model="far-openai-chat", check_embedding_ctx_length=False)
    assert [len(row) for row in made.embed_documents([LETTER, "nobody"])] == [8, 8]


def of(check: Any, model: Any) -> Any:
    return lambda: check(model)


run(
    {
        f"{name} {check.__name__}": of(check, model)
        for name, model in MODELS.items()
        for check in (invoke, later, stream, tools, structured)
    }
    | {"openai embeddings": embeddings}
)
