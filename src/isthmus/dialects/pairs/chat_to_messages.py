"""A Chat Completions request as a Messages request."""

from __future__ import annotations

import json
import re
from typing import Any

from isthmus.dialects.pairs.lists import CHAT_TO_MESSAGES, refused, sift

Node = dict[str, Any]
DATA_URL = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]+);base64,(.*)", re.DOTALL)
CHOICES = {"auto": "auto", "none": "none", "required": "any"}
EARLIER_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details")
EFFORTS = {"minimal": "low"}


def translate_request(body: Node, *, max_tokens: int) -> tuple[Node, tuple[str, ...]]:
    """The request for a deployment, and the names of what is left out; `max_tokens` holds where the client set none.

    Raises `MalformedError` where something cannot be carried.
    """
    declared = sift(CHAT_TO_MESSAGES, body)
    bound = body.get("max_completion_tokens") or body.get("max_tokens")
    if not bound:
        declared.append("max_tokens (set)")
    made: Node = {"model": body.get("model"), "max_tokens": bound or max_tokens}
    system, messages = _messages(body["messages"], declared)
    if system:
        made["system"] = system
    made["messages"] = messages
    for name in ("stream", "top_p", "top_k", "temperature"):
        if body.get(name) is not None:
            made[name] = body[name]
    if made.get("temperature", 0) > 1:
        raise refused("/temperature", "ask for at most 1")
    if (stop := body.get("stop")) is not None:
        made["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    if body.get("user"):
        made["metadata"] = {"user_id": body["user"]}
    if body.get("tools"):
        made["tools"] = [_tool(tool, f"/tools/{place}") for place, tool in enumerate(body["tools"])]
        _choice(body, made)
    _output(body, made)
    return made, tuple(dict.fromkeys(declared))


def _messages(messages: list[Node], declared: list[str]) -> tuple[list[Node], list[Node]]:
    system: list[Node] = []
    made: list[Node] = []
    for place, message in enumerate(messages):
        where, role = f"/messages/{place}", message["role"]
        if message.get("name") and role != "function":
            declared.append("messages.name")
        if role in ("system", "developer"):
            if made:
                raise refused(f"{where}/role", "put system messages before the others")
            system += _parts(message.get("content"), where)
        elif role == "user":
            _say(made, "user", _parts(message.get("content"), where))
        elif role == "assistant":
            _say(made, "assistant", _assistant(message, where, declared))
        elif role == "tool":
            result = {"type": "tool_result", "tool_use_id": message.get("tool_call_id", "")}
            _say(made, "user", [{**result, "content": _parts(message.get("content"), where)}])
        else:
            raise refused(f"{where}/role", "send system, user, assistant and tool messages")
    return system, made


def _say(made: list[Node], role: str, blocks: list[Node]) -> None:
    """Add blocks; what one side says in a row is one message, as the results of parallel calls must be."""
    if not blocks:
        return
    if made and made[-1]["role"] == role:
        made[-1]["content"] += blocks
    else:
        made.append({"role": role, "content": blocks})


def _assistant(message: Node, where: str, declared: list[str]) -> list[Node]:
    declared += [f"messages.{name}" for name in EARLIER_THOUGHTS if message.get(name)]
    for name in ("function_call", "audio"):
        if message.get(name):
            raise refused(f"{where}/{name}", "send `tool_calls` and text")
    blocks = _parts(message.get("content"), where)
    if message.get("refusal"):
        blocks.append({"type": "text", "text": message["refusal"]})
    for place, call in enumerate(message.get("tool_calls") or ()):
        here = f"{where}/tool_calls/{place}"
        function = call.get("function")
        if not isinstance(function, dict):
            raise refused(here, "call functions only")
        blocks.append(
            {
                "type": "tool_use",
                "id": call.get("id", ""),
                "name": function.get("name", ""),
                "input": _input(function, here),
            }
        )
    return blocks


def _input(function: Node, where: str) -> Node:
    arguments = function.get("arguments")
    try:
        made = json.loads(arguments) if arguments else {}
    except (TypeError, ValueError, RecursionError):
        made = None
    if not isinstance(made, dict):
        raise refused(f"{where}/function/arguments", "send a JSON object in the arguments")
    return made


def _parts(content: Any, where: str) -> list[Node]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [_part(part, f"{where}/content/{place}") for place, part in enumerate(content or ())]


def _part(part: Any, where: str) -> Node:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    kind = part.get("type")
    if kind in ("text", "refusal"):
        made: Node = {"type": "text", "text": part.get(kind, "")}
        return {**made, "cache_control": part["cache_control"]} if part.get("cache_control") else made
    if kind == "image_url" and isinstance(part.get("image_url"), dict | str):
        image = part["image_url"]
        return {"type": "image", "source": _source(image if isinstance(image, str) else image.get("url", ""))}
    file = part.get("file")
    if kind == "file" and isinstance(file, dict) and isinstance(file.get("file_data"), str):
        made = {"type": "document", "source": _source(file["file_data"])}
        return {**made, "title": file["filename"]} if file.get("filename") else made
    raise refused(f"{where}/type", "send text, images and files by their data")


def _source(url: str) -> Node:
    match = DATA_URL.fullmatch(url)
    if match is None:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": match[1], "data": match[2]}


def _tool(tool: Node, where: str) -> Node:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type", "function") == "function" else None
    if not isinstance(function, dict):
        raise refused(f"{where}/type", "offer functions only")
    made: Node = {"name": function.get("name", ""), "input_schema": function.get("parameters") or {"type": "object"}}
    for name in ("description", "strict"):
        if function.get(name) is not None:
            made[name] = function[name]
    return made


def _choice(body: Node, made: Node) -> None:
    choice = body.get("tool_choice")
    chosen: Node | None = None
    if isinstance(choice, str) and choice in CHOICES:
        chosen = {"type": CHOICES[choice]}
    elif isinstance(choice, dict) and isinstance(choice.get("function"), dict):
        chosen = {"type": "tool", "name": choice["function"].get("name", "")}
    elif choice is not None:
        raise refused("/tool_choice", "choose auto, none, required or one function")
    if body.get("parallel_tool_calls") is False:
        chosen = chosen or {"type": "auto"}
        if chosen["type"] != "none":
            chosen["disable_parallel_tool_use"] = True
    if chosen:
        made["tool_choice"] = chosen


def _output(body: Node, made: Node) -> None:
    output: Node = {}
    form = body.get("response_format") or {"type": "text"}
    if form.get("type") == "json_schema" and isinstance(form.get("json_schema"), dict):
        output["format"] = {"type": "json_schema", "schema": form["json_schema"].get("schema") or {"type": "object"}}
    elif form.get("type") != "text":
        raise refused("/response_format/type", "send a `json_schema`")
    effort = body.get("reasoning_effort")
    if effort == "none":
        made["thinking"] = {"type": "disabled"}
    elif effort:
        output["effort"] = EFFORTS.get(effort, effort)
    if output:
        made["output_config"] = output
