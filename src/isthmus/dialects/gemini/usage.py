"""The usage that Gemini reports: there reasoning is beside the candidates' tokens, in our record it is part of them."""

from __future__ import annotations

from typing import Any

from isthmus.exchange import Count, Usage


def read_usage(node: Any) -> Usage:
    """Tokens as reported; nothing where it is no usage."""
    if not isinstance(node, dict):
        return Usage()
    taken, tools = _amount(node, "promptTokenCount"), _amount(node, "toolUsePromptTokenCount")
    given, thought = _amount(node, "candidatesTokenCount"), _amount(node, "thoughtsTokenCount")
    total = None if given is None and thought is None else (given or 0) + (thought or 0)
    return Usage(
        input=_count(None if taken is None else taken + (tools or 0)),
        cache_read=_count(_amount(node, "cachedContentTokenCount")),
        output=_count(total),
        reasoning=_count(thought),
    )


def write_usage(usage: Usage) -> dict[str, Any]:
    """Usage as a Gemini client reads it; nothing where nothing was reported."""
    if usage.input.amount is None and usage.output.amount is None:
        return {}
    taken, given, thought = usage.input.amount or 0, usage.output.amount or 0, usage.reasoning.amount
    made = {"promptTokenCount": taken, "candidatesTokenCount": max(0, given - (thought or 0))}
    if thought is not None:
        made["thoughtsTokenCount"] = thought
    if usage.cache_read.amount is not None:
        made["cachedContentTokenCount"] = usage.cache_read.amount
    return {**made, "totalTokenCount": taken + given}


def _amount(node: dict[str, Any], name: str) -> int | None:
    value = node.get(name)
    return value if type(value) is int and value >= 0 else None


def _count(amount: int | None) -> Count:
    return Count(amount=None) if amount is None else Count(amount=amount, provenance="provider")
