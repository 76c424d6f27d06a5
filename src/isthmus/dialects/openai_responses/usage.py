"""The usage that Responses report, as one record: there as here, cached tokens are part of the input."""

from __future__ import annotations

from typing import Any

from isthmus.exchange import Count, Usage


def read_usage(node: Any) -> Usage:
    """Tokens as reported; nothing where it is no usage."""
    if not isinstance(node, dict):
        return Usage()
    asked, made = _details(node, "input_tokens_details"), _details(node, "output_tokens_details")
    return Usage(
        input=_count(node, "input_tokens"),
        cache_read=_count(asked, "cached_tokens"),
        cache_write=_count(asked, "cache_write_tokens"),
        output=_count(node, "output_tokens"),
        reasoning=_count(made, "reasoning_tokens"),
    )


def write_usage(usage: Usage) -> dict[str, Any] | None:
    """Usage as a client of Responses reads it; None where nothing was reported."""
    if usage.input.amount is None and usage.output.amount is None:
        return None
    taken, given = usage.input.amount or 0, usage.output.amount or 0
    asked = {"cached_tokens": usage.cache_read.amount or 0, "cache_write_tokens": usage.cache_write.amount or 0}
    return {
        "input_tokens": taken,
        "input_tokens_details": asked,
        "output_tokens": given,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning.amount or 0},
        "total_tokens": taken + given,
    }


def _details(node: dict[str, Any], name: str) -> dict[str, Any]:
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def _count(node: dict[str, Any], name: str) -> Count:
    amount = node.get(name)
    return Count(amount=amount, provenance="provider") if type(amount) is int and amount >= 0 else Count(amount=None)
