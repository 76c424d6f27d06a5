"""`isthmus match`: make an exact list of the enterprise's own people, held only as keyed hashes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

import isthmus
from isthmus.errors import MalformedError
from isthmus.exact_build import build, read_table
from isthmus.steps.scan.exact_form import FIELDS, Field
from isthmus.steps.scan.exact_list import MIN_SECRET
from isthmus.steps.scan.prose.tables import read_tables

app = cyclopts.App(
    name="match", help="Lists of the enterprise's own people, held as keyed hashes. 企业自有人员名单（仅存密钥哈希）。"
)


@app.command(name="build")
def build_(
    table: Annotated[Path, Parameter(name="FILE")],
    *,
    secret: Annotated[str, Parameter(name="--secret")],
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    columns: str = "",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Make the file that `exact_lists` of a configuration refers to, from a CSV file or JSON Lines.

    It holds no name, number or address, only what cannot be tried without the secret. 文件不含任何明文。

    Args:
        table: CSV with a heading, or JSON Lines (`.jsonl`), in UTF-8. 含表头的 CSV，或 JSON Lines。
        secret: Where the list's secret stands: `env:NAME` or `file:PATH`; at least 32 characters. 密钥出处。
        output: The file to write. 输出文件。
        columns: Which column is name, phone, id, email, where they are not called so: `name=客户名称,phone=联系方式`.
        as_json: Say what was done as one JSON object.

    """
    tables = read_tables(Path(isthmus.__file__).parent / "jurisdictions" / "cn" / "names")
    done = build(read_table(table, _named(columns)), _secret(secret), tables.simplify)
    fresh = output.with_name(f"{output.name}.new")
    fresh.write_bytes(done.data)
    fresh.replace(output)
    if as_json:
        said = {"rows": done.rows, "taken": done.taken, "left_out": done.left_out, "bytes": len(done.data)}
        print(msgspec.json.encode(said).decode())
        return
    print(f"{done.rows} rows, {len(done.data)} bytes in {output}")
    for field in FIELDS:
        if field in done.taken or field in done.left_out:
            left = done.left_out.get(field, 0)
            short = f", {left} left out: too short to be told apart" if left else ""
            print(f"{field:<6} {done.taken.get(field, 0)}{short}")


def _named(columns: str) -> dict[Field, str]:
    found: dict[Field, str] = {}
    for pair in filter(None, (each.strip() for each in columns.split(","))):
        name, _, column = pair.partition("=")
        field = next((each for each in FIELDS if each == name.strip()), None)
        if field is None or not column.strip():
            raise MalformedError(
                f"`{pair}` names no column",
                where="--columns",
                remedy=f"write FIELD=COLUMN; fields: {', '.join(FIELDS)}",
            )
        found[field] = column.strip()
    return found


def _secret(reference: str) -> str:
    scheme, _, name = reference.partition(":")
    if scheme not in ("env", "file") or not name:
        raise MalformedError("a secret is only referred to", where="--secret", remedy="write env:NAME or file:PATH")
    value = os.environ.get(name, "") if scheme == "env" else Path(name).read_text(encoding="utf-8").strip()
    if len(value) < MIN_SECRET:
        raise MalformedError(
            f"the secret is missing or shorter than {MIN_SECRET} characters",
            where=reference,
            remedy="make one with `openssl rand -hex 32`",
        )
    return value
