"""The usage that a provider reports, in every known shape, as one record."""

from __future__ import annotations

from typing import Any

from isthmus.exchange import Count, Usage

PROVIDER = "provider"
NONE = Count(amount=None)


def find_usage(node: dict[str, Any]) -> Any:
    """The usage object of an answer or a chunk, wherever the provider puts it; None where there is none."""
    found = node.get("usage")
    if found is None:
        choices = node.get("choices")
        if choices and isinstance(choices, list) and isinstance(choices[0], dict):
            found = choices[0].get("usage")
    if found is None and isinstance(groq := node.get("x_groq"), dict):
        found = groq.get("usage")
    return found if isinstance(found, dict) else None


def read_usage(node: dict[str, Any]) -> Usage:
    """Tokens as reported: `output` includes reasoning also where a provider counts it apart (by its own total)."""
    asked, made = _details(node, "prompt_tokens_details"), _details(node, "completion_tokens_details")
    taken, given, total = (
        _amount(node, "prompt_tokens"),
        _amount(node, "completion_tokens"),
        _amount(node, "total_tokens"),
    )
    reasoning = _first(_amount(made, "reasoning_tokens"), _amount(node, "reasoning_tokens"))
    if given is not None and taken is not None and reasoning and total == taken + given + reasoning:
        given += reasoning
    written = _first(
        _amount(asked, "cache_write_tokens"),
        _amount(asked, "cache_creation_input_tokens"),
        _amount(asked, "cache_creation_tokens"),
        _amount(node, "cache_creation_input_tokens"),
    )
    read = _first(
        _amount(asked, "cached_tokens"), _amount(node, "prompt_cache_hit_tokens"), _amount(node, "cached_tokens")
    )
    return Usage(
        input=_count(taken),
        cache_read=_count(read),
        cache_write=_count(written),
        output=_count(given),
        reasoning=_count(reasoning),
    )


def _details(node: dict[str, Any], name: str) -> dict[str, Any]:
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def _amount(node: dict[str, Any], name: str) -> int | None:
    value = node.get(name)
    return value if type(value) is int and value >= 0 else None


def _first(*amounts: int | None) -> int | None:
    return next((amount for amount in amounts if amount is not None), None)


def _count(amount: int | None) -> Count:
    return NONE if amount is None else Count(amount=amount, provenance=PROVIDER)
