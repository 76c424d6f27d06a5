"""Indian GSTIN: state, PAN, entity, Z, check character modulus 36."""

from __future__ import annotations

from isthmus.steps.scan.checks import in_pan


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) != 15 or in_pan.problem(value[2:12]) or value[13] != "Z" or not value[:2].isdigit():
        return "form"
    if not 1 <= int(value[:2]) <= 38 and value[:2] not in {"97", "99"}:
        return "region"
    total = sum(sum(divmod(int(c, 36) * (1 + place % 2), 36)) for place, c in enumerate(value[:14]))
    return "" if int(value[14], 36) == -total % 36 else "check digit"
