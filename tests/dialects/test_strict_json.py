"""The strict reader: what two readers could understand differently is refused, without showing the text."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.strict_json import read_object, shown
from isthmus.errors import MalformedError

KNOWN = frozenset({"model", "messages", "content"})
SECRET = "13900001111"

BAD: list[tuple[bytes, str, str]] = [
    (b"", "not JSON at line 1 column 1", ""),
    (b"hello", "not JSON", ""),
    (b'{"a":1', "not JSON", ""),
    (b'{"a":1}x', "not JSON", ""),
    (b"{'a':1}", "not JSON", ""),
    (b'{"a":01}', "not JSON", ""),
    (b'{"a":"\x01"}', "not JSON", ""),
    (b"\xef\xbb\xbf{}", "byte order mark", ""),
    (b'{"a":"\xff"}', "not UTF-8 at byte 6", ""),
    (b'{"a":"\xed\xa0\x80"}', "not UTF-8", ""),
    ('{"a":1}'.encode("utf-16"), "not UTF-8", ""),
    (b"[]", "an array", ""),
    (b'"13900001111"', "a string", ""),
    (b"null", "null", ""),
    (b"3", "a number", ""),
    (b"true", "a boolean", ""),
    (b'{"a":NaN}', "not JSON", ""),
    (b'{"a":-Infinity}', "not JSON", ""),
    (b'{"a":1e999}', "range of a double", ""),
    (b'{"a":' + b"9" * 5000 + b"}", "too many digits", ""),
    (b'{"model":1,"model":2}', "twice", "/model"),
    (b'{"messages":[{"content":1},{"content":1,"content":2}]}', "twice", "/messages/1/content"),
    (b'{"messages":[{"13900001111":1,"13900001111":2}]}', "twice", "/messages/0/*"),
    (b'{"13900001111":{"model":1,"model":2}}', "twice", "/*/model"),
    (b'{"a":"\\ud800"}', "surrogate", "/*"),
    (b'{"content":"\\udc00 13900001111"}', "surrogate", "/content"),
    (b'{"content":["\\ud83dx"]}', "surrogate", "/content/0"),
    (b'{"\\uD83D":1}', "surrogate", "/*"),
    (b"[" * 100_000, "nested", ""),
    (b'{"a":' * 100_000, "nested", ""),
]


@pytest.mark.parametrize(("data", "words", "where"), BAD)
def test_what_is_not_strict_json_is_refused(data: bytes, words: str, where: str):
    with pytest.raises(MalformedError) as caught:
        read_object(data, known=KNOWN)
    assert words in str(caught.value)
    assert caught.value.where == where
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


GOOD = [b"{}", b' {"a" : [1, 2.5, -0, true, null]} ', '{"a":"\\ud83d\\ude00","b":"😀"}'.encode(), b'{"a":"\\\\ud800"}']


@pytest.mark.parametrize("data", GOOD)
def test_strict_json_is_read(data: bytes):
    assert read_object(data, known=KNOWN) == json.loads(data)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
)


@given(st.dictionaries(TEXTS, JSON, max_size=4), st.booleans())
@settings(max_examples=100, deadline=None)
def test_all_json_is_read_as_it_is(body: dict[str, Any], plain: bool):  # noqa: FBT001 - drawn
    assert read_object(json.dumps(body, ensure_ascii=plain).encode(), known=KNOWN) == body


@given(st.binary(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes):
    with suppress(MalformedError):
        assert isinstance(read_object(data, known=KNOWN), dict)


def test_a_shown_pointer_holds_known_keys_and_indices_only():
    assert shown("/messages/12/content/x~1y/13900001111/3", KNOWN) == "/messages/12/content/*/*/3"
