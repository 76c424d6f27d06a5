"""Entity keys: separate for each use and entity, the same again, and never printed."""

from __future__ import annotations

import pytest

from isthmus.errors import ConfigError
from isthmus.registry.derivation import EntityKeys, conversation_key, derive

SECRET = "0123456789abcdef" * 4


def test_keys_are_the_same_again_and_differ_by_use_entity_and_secret() -> None:
    keys = derive(SECRET, "one")
    assert derive(SECRET, "one") == keys
    others = (derive(SECRET, "two"), derive(SECRET[::-1], "one"))
    found = [key for each in (keys, *others) for key in (each.persons, each.conversations)]
    assert len(set(found)) == 6
    assert {len(key) for key in found} == {32}
    assert len({each.persons_id for each in (keys, *others)}) == 3


def test_the_id_of_a_key_says_nothing_of_it_and_nothing_is_printed() -> None:
    keys = derive(SECRET, "one")
    assert repr(keys) == f"EntityKeys(persons_id={keys.persons_id})"
    assert keys.persons.hex()[:16] != keys.persons_id
    assert len(keys.persons_id) == 16


def test_what_is_derived_for_one_conversation_differs_from_the_next() -> None:
    keys: EntityKeys = derive(SECRET, "one")
    assert conversation_key(keys, "a") == conversation_key(keys, "a")
    assert conversation_key(keys, "a") != conversation_key(keys, "b")


def test_a_short_secret_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigError, match="entity `one` is shorter than 32 characters") as caught:
        derive("too-short-a-secret", "one")
    assert "too-short-a-secret" not in str(caught.value)
