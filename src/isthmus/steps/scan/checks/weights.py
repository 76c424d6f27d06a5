"""Weighted sums, which most check digits are made of; not a check itself."""

from __future__ import annotations

from collections.abc import Sequence

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of each digit times its weight; letters count as A = 10 to Z = 35."""
    return sum(int(digit, 36) * weight for digit, weight in zip(digits, weights, strict=True))


def is_number(value: str, length: int) -> bool:
    """Whether the value is that many ASCII digits, not all the same."""
    return len(value) == length and value.isascii() and value.isdigit() and len(set(value)) > 1


def is_day(digits: str) -> bool:
    """Whether the digits are a month and a day of it, in some year."""
    month, day = int(digits[:2]), int(digits[2:])
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def mod_11_10(digits: str) -> int:
    """The check digit of ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10
