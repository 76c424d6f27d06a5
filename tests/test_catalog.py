"""The strict reader: what stands there is what is read, and every problem is said at once with its line."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.catalog import convert, convert_all, folder, parse, read
from isthmus.errors import CatalogError


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the test's own shape."""

    name: str
    count: int = 0


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The test's own shape."""

    title: str
    price: Decimal = Decimal(0)
    open: bool | None = None
    rows: tuple[Inner, ...] = ()


@pytest.mark.parametrize("text", ["no", "on", "yes", "off", "y", "5.10", "12:30", "0x1f", "1e3", "2026-01-01", "010"])
def test_a_scalar_stays_what_it_says(text: str) -> None:
    assert parse(f"key: {text}", "f.yaml").tree == {"key": text}
    assert convert(parse(f"title: {text}", "f.yaml"), Shape).title == text


def test_the_schema_gives_the_type() -> None:
    value = convert(parse("title: 12:30\nprice: 5.10\nopen: true\nrows: [{name: no, count: 7}]", "f.yaml"), Shape)
    assert value == Shape(title="12:30", price=Decimal("5.10"), open=True, rows=(Inner("no", 7),))
    assert str(value.price) == "5.10"


@pytest.mark.parametrize(("text", "tree"), [("null", None), ("~", None), ("", None), ('"null"', "null"), ("''", "")])
def test_only_a_plain_null_is_nothing(text: str, tree: str | None) -> None:
    assert parse(f"key: {text}", "f.yaml").tree == {"key": tree}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3", 3, "duplicate key `a`"),
        ("a: 1\nb: !!str 2", 2, "tag"),
        ("a: !ruby/object x", 1, "tag"),
        ("a: &x 1\nb: 2", 1, "anchors and aliases"),
        ("a: 1\nb: *x", 2, "anchors and aliases"),
        ("a: 1\n<<: {b: 2}", 2, "merge keys"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\n? [b]\n: 2", 2, "a key must be plain text"),
        ("a: 1\nb: [1, 2", 3, "not YAML"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("!!str a: 1", 1, "tag"),
    ],
)
def test_what_is_outside_the_closed_form_is_an_error_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        parse(text, "f.yaml")
    assert said in caught.value.message
    assert caught.value.where == f"f.yaml:{line}"


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert parse('"<<": 1', "f.yaml").tree == {"<<": "1"}


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"a: \xc3\x28", b"\x00"])
def test_what_is_not_utf_8_is_an_error(data: bytes) -> None:
    with pytest.raises(CatalogError, match="not YAML"):
        parse(data, "f.yaml")


def test_nesting_and_size_are_bounded() -> None:
    with pytest.raises(CatalogError, match="nested deeper"):
        parse("[" * 60 + "]" * 60, "f.yaml")
    with pytest.raises(CatalogError, match="file is over"):
        parse("#" * (4 * 1024 * 1024 + 1), "f.yaml")


def test_every_problem_is_said_at_once_with_its_line_and_a_suggestion() -> None:
    text = "titel: x\nprice: much\nopen: maybe\nrows:\n  - name: one\n    count: few\n  - nam: two\n  - count: 3\n"
    value, problems = convert_all(parse(text, "f.yaml"), Shape)
    assert value is None
    said = [str(problem) for problem in problems]
    assert {problem.where for problem in problems} == {f"f.yaml:{line}" for line in (1, 2, 3, 6, 7, 8)}
    assert "f.yaml:1: unknown key `titel`; did you mean `title`?" in said
    assert "f.yaml:7: unknown key `nam`; did you mean `name`?" in said
    assert any(line.startswith("f.yaml:2: `price`") for line in said)
    assert any(line.startswith("f.yaml:6: `rows.0.count`") for line in said)


def test_rows_after_a_wrong_one_keep_their_own_lines() -> None:
    text = "title: t\nrows:\n" + "".join(f"  - {{name: n{i}, count: {'x' if i % 2 else i}}}\n" for i in range(6))
    _, problems = convert_all(parse(text, "f.yaml"), Shape)
    assert [problem.where for problem in problems] == ["f.yaml:4", "f.yaml:6", "f.yaml:8"]


def test_a_missing_key_names_the_row_that_lacks_it() -> None:
    _, problems = convert_all(parse("price: 1\nrows:\n  - {count: 1}\n", "f.yaml"), Shape)
    assert sorted(problem.message for problem in problems) == ["key `name` is missing", "key `title` is missing"]


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read: No such file"):
        read(tmp_path / "none.yaml", Shape)


def test_a_folder_is_read_in_one_order_and_without_templates(tmp_path: Path) -> None:
    for name in ("b/2.yaml", "a/1.yaml", "_template/x.yaml", "a/_draft.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("title: t", encoding="utf-8")
    assert [str(file.relative_to(tmp_path)) for file in folder(tmp_path, "**/*.yaml")] == ["a/1.yaml", "b/2.yaml"]


TREES = st.dictionaries(st.text(max_size=8), st.recursive(st.text(max_size=20), st.lists, max_leaves=5), max_size=4)


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_quoted_text_comes_back_to_the_letter_or_is_refused(tree: dict[str, object]) -> None:
    """JSON in ASCII is YAML; a pair of surrogate escapes is not one character there and is refused, never changed."""
    found = parsed(json.dumps(tree))
    assert found == tree or isinstance(found, CatalogError)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_tree_or_one_error_with_its_line(data: bytes) -> None:
    found = parsed(data)
    assert not isinstance(found, CatalogError) or found.where.startswith("f.yaml:")


def parsed(text: str | bytes) -> object:
    """The tree, or our own error; any other exception fails the test."""
    try:
        return parse(text, "f.yaml").tree
    except CatalogError as error:
        return error
