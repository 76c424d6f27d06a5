"""What the vendors' SDKs ask and read, as tables and small classes: the near sides of the tests of pairs."""

from __future__ import annotations

import json
from typing import Any, Protocol

from anthropic.types import Message
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

RESIDENT_ID, MOBILE, NAME = "11010519491231002X", "13912345678", "周建国"
LETTER = f"请联系{NAME}，身份证号{RESIDENT_ID}，手机{MOBILE}。"
WAYS = ("openai_chat", "openai_responses", "anthropic", "gemini")
SCHEMA = {"type": "object", "properties": {"who": {"type": "string"}}, "required": ["who"]}
Node = dict[str, Any]


TOOLS: dict[str, Node] = {
    "openai_chat": {"type": "function", "function": {"name": "find", "parameters": SCHEMA}},
    "openai_responses": {"type": "function", "name": "find", "parameters": SCHEMA, "strict": False},
    "anthropic": {"name": "find", "input_schema": SCHEMA},
    "gemini": {"functionDeclarations": [{"name": "find", "parametersJsonSchema": SCHEMA}]},
}


class Client(Protocol):
    """One SDK's habits: how it asks, what it reads, and how it goes on with what it read.

    `read` gives the whole answer, checked by the SDK's own model, a stream joined; `calls` are (id, arguments).
    """

    path: str

    def ask(self, items: list[Node], **more: Any) -> Node: ...
    def user(self, text: str) -> Node: ...
    def read(self, answer: Any) -> Node: ...
    def text(self, said: Node) -> str: ...
    def calls(self, said: Node) -> list[tuple[str, Any]]: ...
    def go_on(self, said: Node, results: list[tuple[str, str]]) -> list[Node]: ...


class Said:
    """What most of them call a message of the user."""

    def user(self, text):
        return {"role": "user", "content": text}


class Chat(Said):
    path = "/v1/chat/completions"

    def ask(self, items, **more):
        return {"messages": items, "reasoning_effort": "low", **more}

    def read(self, answer):
        if not answer.pieces:
            ChatCompletion.model_validate(answer.json)
            return answer.json["choices"][0]["message"]
        message: Node = {"role": "assistant", "content": "", "tool_calls": []}
        for event in answer.events:
            for choice in event["choices"]:
                for name, value in choice["delta"].items():
                    if name == "tool_calls":
                        for call in value:
                            if call["index"] == len(message["tool_calls"]):
                                message["tool_calls"].append({**call, "function": dict(call["function"])})
                            else:
                                function = message["tool_calls"][call["index"]]["function"]
                                function["arguments"] += call["function"]["arguments"]
                    elif isinstance(value, list):
                        message.setdefault(name, []).extend(value)
                    elif name != "role":
                        message[name] = (message.get(name) or "") + (value or "")
        for call in message["tool_calls"]:
            call.pop("index")
        return message if message["tool_calls"] else {k: v for k, v in message.items() if k != "tool_calls"}

    def text(self, said):
        return said["content"] or ""

    def calls(self, said):
        return [(call["id"], json.loads(call["function"]["arguments"])) for call in said.get("tool_calls") or ()]

    def go_on(self, said, results):
        return [said, *({"role": "tool", "tool_call_id": ident, "content": text} for ident, text in results)]


class Responses(Said):
    path = "/v1/responses"

    def ask(self, items, **more):
        return {"input": items, "reasoning": {"effort": "low", "summary": "auto"}, **more}

    def read(self, answer):
        body = answer.events[-1]["response"] if answer.pieces else answer.json
        Response.model_validate(body)
        if answer.pieces:
            done = [event["item"] for event in answer.events if event["type"] == "response.output_item.done"]
            assert done == body["output"], "the finished items are those of the finished response"
        return body

    def text(self, said):
        return Response.model_validate(said).output_text

    def calls(self, said):
        found = [item for item in said["output"] if item["type"] == "function_call"]
        return [(item["call_id"], json.loads(item["arguments"])) for item in found]

    def go_on(self, said, results):
        answers = [{"type": "function_call_output", "call_id": ident, "output": text} for ident, text in results]
        return [*said["output"], *answers]


class Messages(Said):
    path = "/v1/messages"

    def ask(self, items, **more):
        thinking = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}
        return {"messages": items, "max_tokens": 4000, **thinking, **more}

    def read(self, answer):
        body = answer.json if not answer.pieces else joined(answer.events)
        Message.model_validate(body)
        return {"role": "assistant", "content": body["content"]}

    def text(self, said):
        return "".join(block["text"] for block in said["content"] if block["type"] == "text")

    def calls(self, said):
        return [(block["id"], block["input"]) for block in said["content"] if block["type"] == "tool_use"]

    def go_on(self, said, results):
        found = [{"type": "tool_result", "tool_use_id": ident, "content": text} for ident, text in results]
        return [said, {"role": "user", "content": found}] if found else [said]


class Gemini:
    path = "/v1beta/models/{model}:{method}"

    def ask(self, items, **more):
        tools = {"tools": more.pop("tools")} if "tools" in more else {}
        thinking = {"thinkingConfig": {"includeThoughts": True, "thinkingLevel": "LOW"}}
        return {"contents": items, "generationConfig": thinking, **tools, **more}

    def user(self, text):
        return {"role": "user", "parts": [{"text": text}]}

    def read(self, answer):
        chunks = answer.events if answer.pieces else [answer.json]
        parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
        return {"role": "model", "parts": [part for part in parts if part != {"text": ""}]}

    def text(self, said):
        return "".join(part.get("text", "") for part in said["parts"] if not part.get("thought"))

    def calls(self, said):
        found = [part["functionCall"] for part in said["parts"] if "functionCall" in part]
        return [(call["name"], call["args"]) for call in found]

    def go_on(self, said, results):
        found = [{"functionResponse": {"name": name, "response": {"output": text}}} for name, text in results]
        return [said, {"role": "user", "parts": found}] if found else [said]


def joined(events: list[Node]) -> Node:
    """The message of a stream."""
    message: Node = {}
    for event in events:
        kind = event["type"]
        if kind == "message_start":
            message = event["message"]
        elif kind == "content_block_start":
            message["content"].append({**event["content_block"], "_json": ""})
        elif kind == "content_block_delta":
            block, delta = message["content"][event["index"]], event["delta"]
            block["_json"] += delta.get("partial_json", "")
            for name in ("text", "thinking"):
                if name in delta:
                    block[name] += delta[name]
            if "signature" in delta:
                block["signature"] = delta["signature"]
        elif kind == "content_block_stop":
            text = message["content"][event["index"]].pop("_json")
            if text:
                message["content"][event["index"]]["input"] = json.loads(text)
        elif kind == "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
    return message


CLIENTS: dict[str, Client] = {
    "openai_chat": Chat(),
    "openai_responses": Responses(),
    "anthropic": Messages(),
    "gemini": Gemini(),
}


async def call(house, way: str, out: str, items: list[Node], *, stream: bool = False, **more: Any):
    client, model = CLIENTS[way], f"out-{out.replace('_', '-')}"
    body, path, query = client.ask(items, **more), client.path, ""
    if way == "gemini":
        path = path.format(model=model, method="streamGenerateContent" if stream else "generateContent")
        query = "alt=sse"
    else:
        body |= {"model": model, "stream": stream}
    return await house.ask(body, path=path, query=query)


def sent(house) -> Any:
    return house.sent("mistral-frankfurt")
