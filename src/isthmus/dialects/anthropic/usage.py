"""The usage that Messages report: there the cached input is beside the input, in our record it is part of it."""

from __future__ import annotations

from typing import Any

from isthmus.exchange import Count, Usage

NAMES = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")


def read_usage(node: dict[str, Any], before: dict[str, int] | None = None) -> tuple[Usage, dict[str, int]]:
    """The record, and the amounts it comes from; `before` are those of earlier events, which later ones replace."""
    amounts = dict(before or {})
    for name in NAMES:
        if type(amount := node.get(name)) is int and amount >= 0:
            amounts[name] = amount
    details = node.get("output_tokens_details")
    if isinstance(details, dict) and type(thought := details.get("thinking_tokens")) is int:
        amounts["thinking_tokens"] = thought
    total = None
    if "input_tokens" in amounts:
        total = sum(amounts.get(name, 0) for name in NAMES[:3])
    usage = Usage(
        input=_count(total),
        cache_read=_count(amounts.get("cache_read_input_tokens")),
        cache_write=_count(amounts.get("cache_creation_input_tokens")),
        output=_count(amounts.get("output_tokens")),
        reasoning=_count(amounts.get("thinking_tokens")),
    )
    return usage, amounts


def _count(amount: int | None) -> Count:
    return Count(amount=None) if amount is None else Count(amount=amount, provenance="provider")
