"""Plates of trailers, learners, police, consulates and of cars from Hong Kong and Macau (GA 36-2018)."""

from __future__ import annotations

from isthmus.steps.scan.checks.cn_plate import canonical

__all__ = ["canonical", "problem"]


def problem(value: str) -> str:
    """Say what is wrong with a plate that ends in a Chinese character."""
    return "" if sum(c.isdigit() for c in value[2:6]) >= 2 else "form"
