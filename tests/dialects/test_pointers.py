"""JSON pointers: address, walk, change, and share what is not changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.pointers import (
    PointerError,
    apply_edits,
    escape,
    get,
    join,
    replace,
    splice,
    text_at,
    tokens,
    unescape,
    walk,
)
from isthmus.exchange import Edit

RFC: dict[str, Any] = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", RFC), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
     ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8)],
)  # fmt: skip
def test_the_examples_of_the_standard(pointer: str, value: Any):
    assert get(RFC, pointer) == value


@pytest.mark.parametrize("pointer", ["foo", "/bar", "/foo/2", "/foo/-", "/foo/01", "/foo/x", "/a~1b/c", "/foo/0/1"])
def test_what_is_not_there_is_an_error_without_text(pointer: str):
    with pytest.raises(PointerError) as caught:
        get(RFC, pointer)
    assert "bar" not in str(caught.value)


KEYS = st.text("ab/~0", max_size=4)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.integers(), st.text("xyz", max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
)


@given(KEYS)
def test_tokens_survive_escaping(key: str):
    assert unescape(escape(key)) == key
    assert tokens(join("", key, 3)) == [key, "3"]


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_a_walk_finds_every_text_where_its_pointer_says(body: Any):
    for text in walk(body):
        assert text_at(body, text.pointer, key=text.key) == text.text


@given(JSON, st.data())
@settings(max_examples=100, deadline=None)
def test_edits_change_what_they_address_and_nothing_else(body: Any, data: st.DataObject):
    before = copy.deepcopy(body)
    places = list(walk(body))
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True)) if places else []
    edits = []
    for number, text in enumerate(chosen):
        start = data.draw(st.integers(0, len(text.text)))
        new = f"<{number}>"
        edits.append(
            Edit(pointer=text.pointer, start=start, end=len(text.text), text=new, kind="k", duty="d", key=text.key)
        )
    changed = apply_edits(body, edits)
    assert body == before
    wanted = {
        (edit.pointer, edit.key): text_at(body, edit.pointer, key=edit.key)[: edit.start] + edit.text for edit in edits
    }
    expected = [wanted.get((text.pointer, text.key), text.text) for text in places]
    assert [text.text for text in walk(changed)] == expected


def edit(pointer: str, start: int = 0, end: int = 1, text: str = "x", *, key: bool = False) -> Edit:
    return Edit(pointer=pointer, start=start, end=end, text=text, kind="k", duty="d", key=key)


def test_what_is_not_edited_is_shared():
    body = {"a": ["one"], "b": {"c": "two"}}
    changed = apply_edits(body, [edit("/a/0")])
    assert changed["b"] is body["b"]
    assert changed == {"a": ["xne"], "b": {"c": "two"}}
    assert apply_edits(body, []) is body


def test_a_renamed_key_keeps_its_place_and_may_hold_an_edited_value():
    body = {"first": 1, "name": {"in": "text"}, "last": 2}
    changed = apply_edits(body, [edit("/name", 0, 4, "Person-K7F3Q", key=True), edit("/name/in", 0, 4, "T")])
    assert list(changed.items()) == [("first", 1), ("Person-K7F3Q", {"in": "T"}), ("last", 2)]


@pytest.mark.parametrize(
    "edits",
    [[edit("/a/1")], [edit("/b")], [edit("/a/0", key=True)], [edit("/n")], [edit("/x/y")], [edit("/a")]],
)
def test_an_edit_that_addresses_no_text_is_an_error(edits: list[Edit]):
    with pytest.raises(PointerError):
        apply_edits({"a": ["one"], "n": 3, "x": "str"}, edits)


def test_edits_that_contradict_each_other_are_errors():
    with pytest.raises(ValueError, match="overlap"):
        splice("abcdef", [edit("", 0, 3), edit("", 2, 4)])
    with pytest.raises(ValueError, match="overlap"):
        splice("abc", [edit("", 2, 9)])
    with pytest.raises(ValueError, match="same key"):
        apply_edits({"a": 1, "b": 2}, [edit("/a", 0, 1, "b", key=True)])


def test_edits_in_one_text_count_from_before_any_of_them():
    assert splice("张三和李四", [edit("", 3, 5, "人员-2"), edit("", 0, 2, "人员-1")]) == "人员-1和人员-2"


def test_replace_adds_changes_and_appends_without_touching_the_original():
    body: dict[str, Any] = {"a": [1, {"b": 2}]}
    assert replace(body, "/a/1/b", 3) == {"a": [1, {"b": 3}]}
    assert replace(body, "/c", 4) == {"a": [1, {"b": 2}], "c": 4}
    assert replace(body, "/a/-", 5) == {"a": [1, {"b": 2}, 5]}
    assert replace(body, "/a/0", 6) == {"a": [6, {"b": 2}]}
    assert replace(body, "", 7) == 7
    assert body == {"a": [1, {"b": 2}]}
    for pointer in ("/a/0/x", "/z/y", "/a/5"):
        with pytest.raises(PointerError):
            replace(body, pointer, 1)


def test_texts_of_the_wrong_sort_are_errors():
    for pointer, key in (("", True), ("/a/0", True), ("/a", False), ("/z", True)):
        with pytest.raises(PointerError):
            text_at({"a": ["b"]}, pointer, key=key)
