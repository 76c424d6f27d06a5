"""Indian Aadhaar numbers: twelve digits, not beginning with 0 or 1, Verhoeff check digit."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number

_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 12) or value[0] in "01" or value == value[::-1]:
        return "form"
    state = 0
    for place, character in enumerate(reversed(value)):
        digit = int(character)
        for _ in range(place % 8):
            digit = _STEP[digit]
        state = _TIMES[state][digit]
    return "check digit" if state else ""
