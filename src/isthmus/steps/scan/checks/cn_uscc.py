"""Unified social credit codes (GB 32100-2015): department, type, region, organisation code, modulus 31 character."""

from __future__ import annotations

from isthmus.steps.scan.checks.cn_resident_id import PROVINCES

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLACE = {character: number for number, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
# registering department -> allowed types of organisation
_TYPES = {"1": "12359", "2": "19", "3": "123459", "4": "19", "5": "123459", "6": "129", "7": "129", "8": "19"}
_TYPES |= {"9": "123", "A": "19", "N": "1239", "Y": "1"}
_REGIONS = PROVINCES | {"10"}


def check_character(first17: str) -> str:
    """The 18th character of a code."""
    return ALPHABET[-sum(_PLACE[c] * w for c, w in zip(first17, _WEIGHTS, strict=True)) % 31]


def problem(value: str) -> str:
    """Say what is wrong with a unified social credit code."""
    if len(value) != 18:
        return "length"
    if any(character not in _PLACE for character in value) or value[1] not in _TYPES.get(value[0], ""):
        return "form"
    if not value[2:8].isdigit() or value[2:4] not in _REGIONS:
        return "region"
    return "" if check_character(value[:17]) == value[17] else "check digit"
