"""Taiwan unified business numbers: eight digits, modulus 5 since 2023."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number

_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 8):
        return "form"
    total = sum(sum(divmod(int(c) * w, 10)) for c, w in zip(value, _WEIGHTS, strict=True))
    return "" if total % 5 == 0 or (value[6] == "7" and (total + 1) % 5 == 0) else "check digit"
