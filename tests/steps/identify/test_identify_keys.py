"""Who calls: by the hash of the key only, with messages that never repeat what was sent."""

from __future__ import annotations

import pytest

from isthmus.errors import ForbiddenError, UnauthorisedError
from isthmus.registry.keys import Key, digest, new_key
from isthmus.steps.identify.keys import authenticate, may_name

SECRET = new_key(bytes(range(32)))
KEY = Key(id="app", entity="one", hash=digest(SECRET), models=("fast",), expires="2026-11-25")
KEYS = {KEY.hash: KEY}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_registered_key_is_found_until_its_last_day(scheme: str) -> None:
    assert authenticate({"authorization": f"{scheme} {SECRET}"}, KEYS, today="2026-11-25") is KEY
    with pytest.raises(UnauthorisedError, match="expired on 2026-11-25"):
        authenticate({"authorization": f"{scheme} {SECRET}"}, KEYS, today="2026-11-26")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Basic {SECRET}", SECRET, f"Bearer {SECRET}x", f"Bearer {KEY.hash}"]
)
def test_anything_else_is_refused_without_repeating_it(header: str) -> None:
    with pytest.raises(UnauthorisedError) as caught:
        authenticate({"authorization": header} if header else {}, KEYS, today="2026-11-25")
    assert SECRET not in str(caught.value)
    assert KEY.hash not in str(caught.value)
    assert caught.value.remedy


def test_a_key_may_name_only_its_models() -> None:
    may_name(KEY, "fast")
    with pytest.raises(ForbiddenError) as caught:
        may_name(KEY, "openai/gpt-6-sol")
    assert caught.value.remedy == "it may ask for fast"


def test_a_key_is_as_long_as_its_random_bytes() -> None:
    assert len(SECRET) == len("isk_") + 64
    with pytest.raises(ValueError, match="32 random bytes"):
        new_key(b"short")
