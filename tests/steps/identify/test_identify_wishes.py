"""What a call asks of isthmus: one table of names, headers and body agree, nothing is lost in silence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from isthmus.errors import MalformedError
from isthmus.steps.identify import wishes_of


def test_headers_and_the_body_object_say_the_same_things() -> None:
    headers = {
        "x-isthmus-purpose": " drafting ",
        "x-isthmus-min-quality": "0.85",
        "x-isthmus-strict": "true",
        "x-isthmus-persons": "3",
        "x-isthmus-consents": "separate_consent, notice",
        "content-type": "application/json",
    }
    own = {
        "purpose": "drafting",
        "min_quality": 0.85,
        "strict": True,
        "persons": 3,
        "consents": ["separate_consent", "notice"],
    }
    expected = {
        "purpose": "drafting",
        "min_quality": Decimal("0.85"),
        "strict": True,
        "persons": 3,
        "consents": ("separate_consent", "notice"),
    }
    assert wishes_of(headers, {}) == expected
    assert wishes_of({}, own) == expected
    assert wishes_of(headers, own) == expected


def test_two_values_for_one_wish_are_a_contradiction() -> None:
    with pytest.raises(MalformedError, match="different values for `purpose`") as caught:
        wishes_of({"x-isthmus-purpose": "drafting"}, {"purpose": "hiring"})
    assert caught.value.where == "isthmus.purpose"


def test_a_misspelt_wish_is_not_lost_in_silence() -> None:
    with pytest.raises(MalformedError) as caught:
        wishes_of({"x-isthmus-purpos": "drafting"}, {})
    assert caught.value.remedy == "did you mean `purpose`?"
    with pytest.raises(MalformedError, match="not known"):
        wishes_of({}, {"weather": "fine"})


@pytest.mark.parametrize(
    ("wish", "value"),
    [
        ("purpose", ""),
        ("purpose", 7),
        ("purpose", "x" * 201),
        ("min_quality", 1.5),
        ("min_quality", "NaN"),
        ("min_quality", True),
        ("min_quality", "much"),
        ("strict", "maybe"),
        ("persons", -1),
        ("persons", 1.5),
        ("persons", True),
        ("persons", "٣"),
        ("persons", 10**12),
        ("consents", {"a": 1}),
        ("consents", ["a", ""]),
        ("consents", ["a"] * 51),
    ],
)
def test_a_wrong_type_says_what_was_expected_and_not_what_was_sent(wish: str, value: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        wishes_of({}, {wish: value})
    assert caught.value.where == f"isthmus.{wish}"
    assert caught.value.remedy.startswith("expected")
    assert str(value) not in caught.value.message or not str(value)
