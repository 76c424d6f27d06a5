"""What the vendors' own SDKs say of a body, without any code of ours: whether it is valid, and what it says.

Google's SDK is used where it is installed; elsewhere its part of the judgement is left to the closed list of names.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Iterator
from typing import Any

from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from pydantic import TypeAdapter

Node = dict[str, Any]
GOOGLE: Any = importlib.import_module("google.genai.types") if importlib.util.find_spec("google") else None
REQUESTS: dict[str, TypeAdapter[Any]] = {
    "openai_chat": TypeAdapter(CompletionCreateParamsNonStreaming),
    "openai_responses": TypeAdapter(ResponseCreateParamsNonStreaming),
    "anthropic": TypeAdapter(MessageCreateParamsNonStreaming),
}
KNOWN: dict[str, frozenset[str]] = {
    "openai_chat": frozenset(CompletionCreateParamsNonStreaming.__annotations__),
    "openai_responses": frozenset(ResponseCreateParamsNonStreaming.__annotations__),
    "anthropic": frozenset(MessageCreateParamsNonStreaming.__annotations__),
    "gemini": frozenset({"contents", "systemInstruction", "tools", "toolConfig", "generationConfig"}),
}
# what older models take and the newest SDK no longer offers
EARLIER: dict[str, set[str]] = {"anthropic": {"temperature", "top_p", "top_k"}}
EVENTS: dict[str, TypeAdapter[Any]] = {
    "openai_chat": TypeAdapter(ChatCompletionChunk),
    "openai_responses": TypeAdapter(ResponseStreamEvent),
    "anthropic": TypeAdapter(RawMessageStreamEvent),
}


def check_request(dialect: str, body: Node) -> None:
    """Raise where the SDK would not send the request."""
    unknown = set(body) - KNOWN[dialect] - _bases(dialect) - {"stream"} - EARLIER.get(dialect, set())
    assert not unknown, f"{dialect} has no {unknown}"
    if dialect != "gemini":
        _drained(REQUESTS[dialect].validate_python({name: body[name] for name in body if name != "stream"}))
        return
    if GOOGLE is not None:
        for content in (*body["contents"], *([body["systemInstruction"]] if "systemInstruction" in body else [])):
            GOOGLE.Content.model_validate(content)
        for tool in body.get("tools") or ():
            GOOGLE.Tool.model_validate(tool)
        GOOGLE.ToolConfig.model_validate(body.get("toolConfig") or {})
        GOOGLE.GenerationConfig.model_validate(body.get("generationConfig") or {})


def _bases(dialect: str) -> set[str]:
    modules = {
        "openai_chat": "openai.types.chat.completion_create_params",
        "openai_responses": "openai.types.responses.response_create_params",
        "anthropic": "anthropic.types.message_create_params",
    }
    if dialect not in modules:
        return set()
    module = importlib.import_module(modules[dialect])
    names = [name for name in vars(module) if name.endswith("CreateParamsBase")]
    return {field for name in names for field in vars(module)[name].__annotations__}


def _drained(value: Any) -> Any:
    """The value with every lazy validator run."""
    if isinstance(value, dict):
        return {name: _drained(each) for name, each in value.items()}
    if isinstance(value, str | int | float | None):
        return value
    return [_drained(each) for each in value]


def said(dialect: str, body: Node) -> Node:
    """What an answer says, by the SDK's own model; raises where it is not valid there."""
    return SAID[dialect](body)


def _chat(body: Node) -> Node:
    answer = ChatCompletion.model_validate(body)
    message, extra = answer.choices[0].message, answer.choices[0].message.model_extra or {}
    content: Any = message.content
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    calls: Any = [call.to_dict() for call in message.tool_calls or ()]
    return {
        "text": (content or "") + (message.refusal or ""),
        "reasoning": extra.get("reasoning_content") or "",
        "calls": [_call(call["id"], call.get("function") or call["custom"]) for call in calls],
        "finish": "filter" if message.refusal else FINISHES[answer.choices[0].finish_reason],
        "usage": (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else None,
    }


def _call(ident: str, said_: Any) -> Any:
    if "input" in said_:
        return ident, said_["name"], said_["input"]
    return ident, said_["name"], json.loads(said_["arguments"])


def _responses(body: Node) -> Node:
    answer = Response.model_validate(body)
    refusals, thoughts, calls = "", "", []
    for item in answer.output:
        if item.type == "message":
            refusals += "".join(part.refusal for part in item.content if part.type == "refusal")
        elif item.type == "reasoning":
            thoughts += "".join(part.text for part in item.summary)
        elif item.type == "function_call":
            calls.append((item.call_id, item.name, json.loads(item.arguments)))
        elif item.type == "custom_tool_call":
            calls.append((item.call_id, item.name, item.input))
    details = answer.incomplete_details
    finish = details.reason if details else "tools" if calls else "refusal" if refusals else "stop"
    return {
        "text": answer.output_text + refusals,
        "reasoning": thoughts,
        "calls": calls,
        "finish": FINISHES.get(str(finish), str(finish)),
        "usage": (answer.usage.input_tokens, answer.usage.output_tokens) if answer.usage else None,
    }


def _messages(body: Node) -> Node:
    answer = Message.model_validate(body)
    usage = answer.usage
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    return {
        "text": "".join(block.text for block in answer.content if block.type == "text"),
        "reasoning": "".join(block.thinking for block in answer.content if block.type == "thinking"),
        "calls": [(block.id, block.name, block.input) for block in answer.content if block.type == "tool_use"],
        "finish": FINISHES[str(answer.stop_reason)],
        "usage": (usage.input_tokens + cached, usage.output_tokens),
    }


def _gemini(body: Node) -> Node:
    if GOOGLE is not None:
        GOOGLE.GenerateContentResponse.model_validate(
            {name: value for name, value in body.items() if name != "isthmus"}
        )
    candidate = (body.get("candidates") or [{"finishReason": "SAFETY"}])[0]
    parts = (candidate.get("content") or {}).get("parts") or []
    usage = body.get("usageMetadata") or {}
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    finish = FINISHES.get(candidate["finishReason"], "filter")
    given = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    return {
        "text": "".join(part.get("text", "") for part in parts if not part.get("thought")),
        "reasoning": "".join(part.get("text", "") for part in parts if part.get("thought")),
        "calls": [(call.get("id"), call["name"], call.get("args") or {}) for call in calls],
        "finish": "tools" if calls and finish == "stop" else finish,
        "usage": (usage["promptTokenCount"], given) if usage else None,
    }


SAID = {"openai_chat": _chat, "openai_responses": _responses, "anthropic": _messages, "gemini": _gemini}
# what the vendors' words for an end mean to a program: a filter and a refusal are one here
FINISHES: dict[str, str] = {
    **dict.fromkeys(("stop", "completed", "end_turn", "stop_sequence", "pause_turn", "STOP"), "stop"),
    **dict.fromkeys(
        ("length", "max_output_tokens", "max_tokens", "model_context_window_exceeded", "MAX_TOKENS"), "length"
    ),
    **dict.fromkeys(("tool_calls", "tool_use", "tools"), "tools"),
    **dict.fromkeys(("content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT"), "filter"),
}


def events(data: bytes) -> Iterator[Node]:
    """The events of a stream that hold data."""
    for line in data.decode().split("\n"):
        if line.startswith("data: ") and line != "data: [DONE]":
            yield json.loads(line[6:])


def joined(dialect: str, data: bytes) -> Node:
    """The whole answer that a stream says; every event is validated, and they are in the order that clients rely on."""
    rows = list(events(data))
    for row in rows if dialect in EVENTS else ():
        if '"custom"' not in json.dumps(row):  # the SDK has no type for calls of custom tools in chunks
            EVENTS[dialect].validate_python(row)
    return JOINED[dialect](rows)


def _join_chat(rows: list[Node]) -> Node:
    head = {name: rows[0][name] for name in ("id", "created", "model")}
    choices: dict[int, Node] = {}
    usage = None
    for row in rows:
        usage = row.get("usage") or usage
        for choice in row["choices"]:
            empty = {"index": choice["index"], "message": {"role": "assistant"}, "finish_reason": None}
            state = choices.setdefault(choice["index"], empty)
            assert state["finish_reason"] is None, "nothing follows a finish"
            state["finish_reason"] = choice["finish_reason"]
            for name, value in choice["delta"].items():
                _grow(state["message"], name, value)
    for state in choices.values():
        state["message"].setdefault("content", None)
        for call in state["message"].get("tool_calls") or ():
            call.pop("index")
    return {**head, "object": "chat.completion", "choices": [choices[n] for n in sorted(choices)], "usage": usage}


def _grow(message: Node, name: str, value: Any) -> None:
    if name == "tool_calls":
        calls = message.setdefault(name, [])
        for call in value:
            if call["index"] == len(calls):
                calls.append(json.loads(json.dumps(call)))
                continue
            for kind in ("function", "custom"):
                for member, text in call.get(kind, {}).items():
                    calls[call["index"]][kind][member] += text
    elif isinstance(value, list):
        message.setdefault(name, []).extend(value)
    elif name != "role":
        message[name] = (message.get(name) or "") + value


def _join_responses(rows: list[Node]) -> Node:
    assert [row["sequence_number"] for row in rows] == list(range(len(rows)))
    final = rows[-1]["response"]
    assert [row["item"] for row in rows if row["type"].endswith("output_item.done")] == final["output"]
    texts: dict[tuple[Any, ...], str] = {}
    for row in rows:
        stem, _, verb = row["type"].rpartition(".")
        place = row.get("content_index", row.get("summary_index"))
        key = (stem, row.get("output_index"), place)
        if verb == "delta":
            texts[key] = texts.get(key, "") + row["delta"]
        elif verb == "done" and stem.split(".")[-1] not in ("output_item", "content_part", "reasoning_summary_part"):
            done = next(row[name] for name in ("text", "refusal", "arguments", "input") if name in row)
            assert done == texts.get(key, ""), "what is done is what the deltas said"
    return dict(final)


def _join_messages(rows: list[Node]) -> Node:
    message: Node = {}
    texts: dict[int, str] = {}
    for row in rows:
        kind, index = row["type"], row.get("index", 0)
        if kind == "message_start":
            message = row["message"]
        elif kind == "content_block_start":
            assert index == len(message["content"])
            message["content"].append(dict(row["content_block"]))
        elif kind == "content_block_delta":
            block, delta = message["content"][index], row["delta"]
            texts[index] = texts.get(index, "") + delta.get("partial_json", "")
            for name in ("text", "thinking"):
                if name in delta:
                    block[name] += delta[name]
            if "signature" in delta:
                block["signature"] = delta["signature"]
            if "citation" in delta:
                block.setdefault("citations", []).append(delta["citation"])
        elif kind == "content_block_stop" and texts.get(index):
            message["content"][index]["input"] = json.loads(texts[index])
        elif kind == "message_delta":
            message |= row["delta"]
            message["usage"] = message["usage"] | row["usage"]
    assert rows[-1]["type"] == "message_stop"
    return message


def _join_gemini(rows: list[Node]) -> Node:
    candidates: dict[int, Node] = {}
    answer = dict(rows[-1])
    for row in rows:
        if GOOGLE is not None:
            GOOGLE.GenerateContentResponse.model_validate(row)
        for candidate in row.get("candidates") or ():
            state = candidates.setdefault(candidate["index"], {"content": {"role": "model", "parts": []}})
            assert "finishReason" not in state, "nothing follows a finish"
            state["content"]["parts"] += (candidate.get("content") or {}).get("parts") or []
            state |= {name: value for name, value in candidate.items() if name != "content"}
    if candidates:
        answer["candidates"] = [candidates[number] for number in sorted(candidates)]
    return answer


JOINED = {
    "openai_chat": _join_chat,
    "openai_responses": _join_responses,
    "anthropic": _join_messages,
    "gemini": _join_gemini,
}
