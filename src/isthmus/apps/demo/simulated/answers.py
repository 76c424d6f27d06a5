"""Answers made by rules from what was sent: prose, JSON or a tool call that use the names and identifiers in it.

The rules know nothing of pseudonyms: a token such as `Person-K7F3Q` is one more name to them, as it is to a model.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from isthmus.apps.demo.simulated.deployments import Manner
from isthmus.apps.demo.simulated.schemas import value_for

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TOKEN = re.compile(
    r"[A-Za-z]+-[0-9A-Z]{5,7}(?![0-9A-Za-z])"
    r"|[\u4e00-\u9fff]{2,4}-[0-9A-Z]{5,7}(?![0-9A-Za-z])"
    r"|[A-Za-z0-9._%+]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
    r"|(?<![0-9A-Za-z])\d{17}[0-9Xx]|(?<!\d)\d{11,19}(?!\d)"
    r"|(?<![A-Za-z])[A-Z][a-z]+(?: [A-Z][a-z]+)+"
    r"|(?<=姓名[：:])[\u4e00-\u9fff]{2,4}|(?<=联系人)[\u4e00-\u9fff]{2,3}(?=[，,。])"
)
_LEAD = re.compile(r"[请联系给为与和向把将叫找问致通知电致函告关于员工客户同事经理]+(?=[\u4e00-\u9fff]{2}-)")


class Spoken(NamedTuple):
    """One answer: visible text, or calls of tools as `(name, arguments)`; `thought` is what was thought before it."""

    text: str
    calls: tuple[tuple[str, str], ...] = ()
    thought: str = ""

    @property
    def finish(self) -> str:
        """Why the model stopped."""
        return "tool_calls" if self.calls else "stop"


def answer(body: dict[str, Any], manner: Manner, *, ascii_json: bool = False) -> Spoken:
    """The answer to a chat request; never raises for a well-formed one."""
    messages = [message for message in body.get("messages", []) if isinstance(message, dict)]
    last = messages[-1] if messages else {}
    text = "\n".join(_text(message) for message in messages if message.get("role") != "system")
    found = identifiers(text)
    tools = _tools(body)
    if tools and last.get("role") != "tool":
        line = _short(_text(last))
        values = [value_for(tool.get("parameters", {}), found, text=line) for tool in tools]
        written = [json.dumps(value, ensure_ascii=ascii_json) for value in values]
        return Spoken("", tuple((str(tool.get("name", "tool")), w) for tool, w in zip(tools, written, strict=True)))
    form = body.get("response_format")
    if isinstance(form, dict) and form.get("type") in ("json_object", "json_schema"):
        return Spoken(_structured(form, found, text, ascii_json=ascii_json))
    return Spoken(_prose(_text(last), found, manner, tool_result=last.get("role") == "tool"))


def identifiers(text: str) -> list[str]:
    """Names and identifiers in `text`, each once, in order."""
    return list(dict.fromkeys(_LEAD.sub("", match.group()) for match in _TOKEN.finditer(text)))


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part)


def _tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool that is called: the wanted or first one; each of them where calls in parallel are asked for."""
    tools: list[dict[str, Any]] = [t.get("function", {}) for t in body.get("tools") or [] if isinstance(t, dict)]
    choice = body.get("tool_choice", "auto")
    if not tools or choice == "none":
        return []
    if body.get("parallel_tool_calls") is True and not isinstance(choice, dict):
        return tools
    wanted = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    return [next((tool for tool in tools if tool.get("name") == wanted), tools[0])]


def _structured(form: dict[str, Any], found: list[str], text: str, *, ascii_json: bool) -> str:
    schema = (form.get("json_schema") or {}).get("schema") if form["type"] == "json_schema" else None
    value = value_for(schema, found, text=_short(text)) if schema else {"identifiers": found, "summary": _short(text)}
    return json.dumps(value, ensure_ascii=ascii_json)


def _short(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 120 else line[:117] + "..."


def _prose(text: str, found: list[str], manner: Manner, *, tool_result: bool) -> str:
    chinese = bool(_HAN.search(text))
    named = [_written(each, manner) for each in found]
    if chinese:
        opening = "工具已返回结果。" if tool_result else "您好，"
        about = f"这件事涉及{'、'.join(named)}。" if named else f"关于“{_short(text)}”，"
        closing = (
            f"我已按您的要求起草：请先与{named[0]}确认，再安排后续步骤。"
            if named
            else "要点如下：先核对事实，再给出结论。"
        )
    else:
        opening = "The tool has answered. " if tool_result else "Certainly. "
        about = f"This concerns {', '.join(named)}. " if named else f"On “{_short(text)}”: "
        closing = (
            f"Here is a draft: please confirm {named[0]}'s details first, then arrange the next steps."
            if named
            else "check the facts first, then state the conclusion."
        )
    return opening + about + closing


def _written(token: str, manner: Manner) -> str:
    if manner == "markdown":
        return f"**{token}**"
    if manner == "loose" and re.fullmatch(r"[A-Za-z]+-[0-9A-Z]{5,7}", token):
        return token.replace("-", " ").lower()
    return token
