"""An identifier at every place of a body, keys and unknown fields too, is found in every dialect and leaves in none."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import isthmus
from isthmus.dialects.known import DIALECTS
from isthmus.dialects.pairs import PAIRS, translate_request
from isthmus.dialects.request import Request
from isthmus.errors import MalformedError, NotOfferedError, RefusedError
from isthmus.steps.scan import Scanner, load_scanner, scan
from isthmus.steps.transform import protect

GIVEN = Path(__file__).parent / "golden" / "pairs" / "given"
NUMBER = "11010519491231002X"
PLANTED = f"plant {NUMBER} here"
DUTIES = {"cn.personal": "pseudonymise", "cn.sensitive": "pseudonymise"}
Node = dict[str, Any]
BODIES = [
    (dialect, file.name.split(".")[1], json.loads(file.read_text(encoding="utf-8")))
    for dialect in DIALECTS
    for file in sorted((GIVEN / dialect).glob("request.*.json"))
]
# where a planted text is the address of something: what stands there is never sent as text
MODEL = {"/model"}


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={})


def places(node: Any, where: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Every string of a body, and every object, each as its pointer and its path."""

    def walk(value: Any, path: list[Any]) -> Iterator[list[Any]]:
        if isinstance(value, str | dict):
            yield path
        if isinstance(value, dict):
            for name, below in value.items():
                yield from walk(below, [*path, name])
        elif isinstance(value, list):
            for number, below in enumerate(value):
                yield from walk(below, [*path, number])

    for path in walk(node, []):
        yield where + "".join(f"/{step}" for step in path), path


def planted(body: Node, path: list[Any]) -> Iterator[Node]:
    """The body with the text at a place: instead of a string; as a value and as a key of an object."""
    made = copy.deepcopy(body)
    if not path:
        yield {**made, "x_unknown": {"deep": [PLANTED]}}
        yield {**made, PLANTED: 1}
        return
    owner = made
    for step in path[:-1]:
        owner = owner[step]
    value = owner[path[-1]]
    if isinstance(value, str):
        owner[path[-1]] = PLANTED
        yield made
        return
    for change in ({"x_unknown": PLANTED}, {PLANTED: True}):
        owner[path[-1]] = {**value, **change}
        yield copy.deepcopy(made)


@pytest.mark.parametrize(("dialect", "case", "body"), BODIES, ids=[f"{row[0]}-{row[1]}" for row in BODIES])
def test_every_place_is_read_and_nothing_planted_leaves(dialect: str, case: str, body: Node, scanner: Scanner):
    refused: list[str] = []
    named: Node = {"model": "m", "stream": False} if dialect == "gemini" else {}
    tried = 0
    for pointer, path in places(body):
        if pointer in MODEL:
            continue
        for made in planted(body, path):
            try:
                read = DIALECTS[dialect].read_request(json.dumps(made).encode(), depth=64, **named)
            except (MalformedError, NotOfferedError) as error:
                refused.append(str(error))
                continue
            tried += 1
            assert any(PLANTED in slot.text for slot in read.slots), f"{case}: {pointer} is not read"
            refused += left_by(dialect, read, scanner, f"{case}: {pointer}")
    assert tried > 3
    assert not any(NUMBER in told for told in refused)


def left_by(dialect: str, read: Request, scanner: Scanner, place: str) -> list[str]:
    """Assert that nothing planted is in the bytes for a deployment of any dialect; the refusals are given back."""
    seen = scan(scanner, read.slots, read.unscanned)
    try:
        done = protect(read.body, seen.findings, DUTIES, key=b"k" * 32, words=scanner.words, slots=read.slots)
    except RefusedError as error:
        return [str(error)]
    refused = []
    for upstream in DIALECTS:
        try:
            body = done.body
            if upstream != dialect:
                body, names = translate_request(PAIRS[dialect, upstream], body, max_tokens=9)
                assert not any(NUMBER in name for name in names), place
            data = DIALECTS[upstream].write_request(body, model="m")
        except MalformedError as error:
            refused.append(str(error))
            continue
        assert NUMBER.encode() not in data, f"{place} leaves in {upstream}"
    return refused
