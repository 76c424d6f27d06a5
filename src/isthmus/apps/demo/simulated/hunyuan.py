"""The far side of Tencent Hunyuan, simulated: what it rejects, how it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.form import Form, Node, Spoke, Turn, misplaced, texts

KNOWN = {
    "Model", "Messages", "Stream", "StreamModeration", "TopP", "Temperature", "EnableEnhancement", "Tools",
    "ToolChoice", "CustomTool", "SearchInfo", "Citation", "EnableThinking", "Stop", "Seed",
}  # fmt: skip


def check(body: Node) -> str:
    """What the service would reject."""
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f"The parameter `{unknown[0]}` is not recognized."
    rows = body.get("Messages")
    if not rows:
        return "Messages 不能为空"
    if any(row["Role"] == "system" for row in rows[1:]):
        return "system 角色的消息必须位于列表的最开始"
    return misplaced(
        [
            Spoke(row["Role"], tuple(call["Id"] for call in row.get("ToolCalls") or ()), row.get("ToolCallId", ""))
            for row in rows
        ]
    )


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    messages = [
        {"role": row["Role"], "content": row.get("Content") or texts(row.get("Contents"), "Text")}
        for row in body["Messages"]
    ]
    tools = [
        {"function": {"name": tool["Function"]["Name"], "parameters": json.loads(tool["Function"]["Parameters"])}}
        for tool in body.get("Tools") or ()
    ]
    return {"messages": messages, "tools": tools, "tool_choice": body.get("ToolChoice", "auto")}


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    return body.get("EnableThinking") is True


def _answer(turn: Turn, name: str, message: Node, finish: str) -> Node:
    taken, given, _ = turn.tokens
    said = {"Role": "assistant", "Content": "", **message}
    return {
        "Note": "以上内容为AI生成，不代表开发者立场，请勿删除或修改本标记",
        "Choices": [{"Index": 0, name: said, "FinishReason": finish}],
        "Created": 1_790_000_000 + turn.number,
        "Id": f"sim-{turn.number}",
        "Usage": {"PromptTokens": taken, "CompletionTokens": given, "TotalTokens": taken + given},
    }


def _call(turn: Turn, place: int, name: str, arguments: str) -> Node:
    head = {"Id": f"call_{turn.number}_{place}", "Type": "function", "Index": place}
    return {**head, "Function": {"Name": name, "Arguments": arguments}}


def _finish(turn: Turn) -> str:
    return "tool_calls" if turn.spoken.calls else "stop"


def whole(turn: Turn) -> Node:
    """A whole answer."""
    message: Node = {"Content": turn.spoken.text, **({"ReasoningContent": turn.thought} if turn.thought else {})}
    if turn.spoken.calls:
        message["ToolCalls"] = [_call(turn, at, name, said) for at, (name, said) in enumerate(turn.spoken.calls)]
    return {"Response": {"RequestId": "sim", **_answer(turn, "Message", message, _finish(turn))}}


def _deltas(turn: Turn) -> Iterator[Node]:
    for piece in cut(turn.thought, turn.row.cut):
        yield {"ReasoningContent": piece}
    for piece in cut(turn.spoken.text, turn.row.cut):
        yield {"Content": piece}
    for place, (name, arguments) in enumerate(turn.spoken.calls):
        yield {"ToolCalls": [_call(turn, place, name, "")]}
        for piece in cut(arguments, turn.row.cut):
            yield {"ToolCalls": [_call(turn, place, "", piece)]}


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer, without the envelope."""
    for delta in _deltas(turn):
        yield "", _answer(turn, "Delta", delta, "")
    yield "", _answer(turn, "Delta", {}, _finish(turn))


def error(status: int, message: str) -> Node:  # noqa: ARG001 - the form of `Form.error`
    """A rejection, which comes with the status of an answer."""
    return {"Response": {"Error": {"Code": "InvalidParameter", "Message": message}, "RequestId": "sim"}}


FORM = Form(check, chat, thinks, whole, events, error, refusal=200)
