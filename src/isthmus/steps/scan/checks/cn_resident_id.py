"""Resident identity card numbers (GB 11643-1999): region, birth date, sequence, ISO 7064 MOD 11-2 character.

The number of 15 digits from before 1999 has a two-digit year and no check character. Region codes that are no longer in
use stand on cards for life, so only the province is held against GB/T 2260.
"""

from __future__ import annotations

PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHARACTERS = "10X98765432"
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_date(year: int, month: int, day: int) -> bool:
    """Whether the calendar has that day."""
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or (month, day) != (2, 29)


def check_character(first17: str) -> str:
    """The 18th character of a number."""
    return _CHARACTERS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def problem(value: str) -> str:
    """Say what is wrong with a resident identity number of 18 or 15 characters."""
    if len(value) == 15 and value.isascii() and value.isdigit():
        return _place_and_day(value[:2], f"19{value[6:8]}", value[8:12])
    if len(value) != 18:
        return "length"
    first = value[:17]
    if not (first.isascii() and first.isdigit() and value[17] in "0123456789X"):
        return "form"
    return _place_and_day(value[:2], value[6:10], value[10:14]) or (
        "" if check_character(first) == value[17] else "check digit"
    )


def _place_and_day(province: str, year: str, day: str) -> str:
    if province not in PROVINCES:
        return "region"
    if not ("1880" <= year <= "2099" and is_date(int(year), int(day[:2]), int(day[2:]))):
        return "date"
    return ""
