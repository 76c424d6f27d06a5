"""Whether a value is a number of a kind, without any text around it."""

from __future__ import annotations

import re

from isthmus.steps.scan import checks
from isthmus.steps.scan.confirm import plain_value
from isthmus.steps.scan.folding import fold
from isthmus.steps.scan.identifiers import Identifier, Pattern

_GAPS = re.compile(r"\s+")


def value_problem(row: Identifier, value: str) -> str:
    """What is wrong with a value of a kind: empty where it is right, else one of `checks.PROBLEMS`.

    Where it has no known form as it is written, it is read without spaces.
    """
    trail = fold(value.strip())
    text = trail.text if trail else value.strip()
    found = [_pattern_problem(row, pattern, text) for pattern in row.patterns]
    if set(found) == {"form"} and (closed := _GAPS.sub("", text)) != text:
        found = [_pattern_problem(row, pattern, closed) for pattern in row.patterns]
    return "" if "" in found else next((problem for problem in found if problem != "form"), "form")


def _pattern_problem(row: Identifier, pattern: Pattern, text: str) -> str:
    whole = re.compile(pattern.span or pattern.match, re.IGNORECASE)
    if not whole.fullmatch(text):
        return "form"
    name = pattern.check or row.check
    if not name:
        return ""
    canonical = checks.find_canonical(name)
    return checks.find_check(name)(canonical(text) if canonical else plain_value(text))
