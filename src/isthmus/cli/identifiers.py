"""`isthmus identifiers`: which numbers are known, and whether a value is one, without any text around it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

import isthmus
from isthmus.errors import NotFoundError
from isthmus.steps.scan import Identifier, read_catalogue, value_problem

app = cyclopts.App(
    name="identifiers", help="Which identifiers are known, and whether a value is one. 已知标识符及其校验。"
)
PROBLEMS = {
    "form": "it has not the form",
    "length": "its length is wrong",
    "region": "its region is not known",
    "date": "its date is none",
    "range": "it lies outside what was assigned",
    "check digit": "its check digit is wrong",
}


def _rows() -> dict[str, Identifier]:
    return {row.id: row for row in read_catalogue(Path(isthmus.__file__).parent / "jurisdictions").identifiers}


@app.command(name="list")
def list_(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """列出全部标识符。 List every identifier with its names, algorithm and source.

    Args:
        as_json: One JSON array.

    """
    found = [
        {
            "id": row.id,
            "country": row.id.partition(".")[0] if "." in row.id else "",
            "aliases": [row.name.en, row.name.zh],
            "algorithm": row.check or next(iter(row.finders), "form"),
            "source": row.source,
        }
        for row in _rows().values()
    ]
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    for each in found:
        print(f"{each['id']:<24} {each['algorithm']:<20} {each['aliases'][0]} · {each['aliases'][1]}")


@app.command
def check(
    identifier: Annotated[str, Parameter(name="ID")],
    value: Annotated[str, Parameter(name="VALUE", allow_leading_hyphen=True)] = "-",
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Say whether a value is a valid identifier of a kind, or what is wrong. Ends with 1 where it is not valid.

    Args:
        identifier: The id of the kind, as `isthmus identifiers list` gives it. 标识符编号。
        value: The value; `-` reads one a line from standard input. 待校验的值。
        as_json: One JSON object a value.

    """
    row = _rows().get(identifier)
    if row is None or not row.patterns:
        raise NotFoundError(f"no identifier `{identifier}`", remedy="see `isthmus identifiers list`")
    values = [line.rstrip("\r\n") for line in sys.stdin] if value == "-" else [value]
    problems = [value_problem(row, each) for each in values if each.strip()]
    for problem in problems:
        if as_json:
            print(msgspec.json.encode({"valid": not problem, "problem": problem or None}).decode())
        else:
            print(f"invalid: {PROBLEMS[problem]}" if problem else "valid")
    if any(problems):
        sys.exit(1)
