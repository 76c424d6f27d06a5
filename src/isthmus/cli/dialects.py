"""`isthmus dialects`: the wire forms, what an answer in one of them says, and what is carried from one to another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from isthmus.dialects.dialect import Upstream
from isthmus.dialects.known import DIALECTS, UPSTREAMS
from isthmus.dialects.pairs import OWN_PAIRS, PAIRS, Pair
from isthmus.dialects.reading import read_stream, read_whole
from isthmus.errors import MalformedError
from isthmus.registry.offers import suggest
from isthmus.routes import ROUTES

app = cyclopts.App(name="dialects", help="The wire forms, and what is carried between them. 协议与其间的转换。")
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="one JSON value instead of a table")]
GEMINI_PATH = "/v1beta/models/{model}:generateContent"


@app.command(name="list")
def list_(*, json: AsJson = False) -> None:
    """List the wire forms, with the paths that take them; one without paths is for deployments only."""
    rows = [{"id": row.id, "title": row.title, "paths": _paths(row)} for row in UPSTREAMS.values()]
    if json:
        print(msgspec.json.encode(rows).decode())
        return
    table = Table("dialect", "name", "paths", box=None, header_style="bold")
    for row in rows:
        table.add_row(str(row["id"]), str(row["title"]), "\n".join(row["paths"]))
    Console().print(table)


@app.command
def matrix(*, of: str = "", to: str = "", json: AsJson = False) -> None:
    """Print what is carried, refused and left out by name, from a client's wire form to a deployment's.

    Args:
        of: Only from this wire form. 仅限此客户端协议。
        to: Only to this one. 仅限此上游协议。
        json: One JSON value instead of text.

    """
    wanted = [name for name in (of, to) if name]
    for name in wanted:
        _form(name)
    pairs = [pair for (one, other), pair in (PAIRS | OWN_PAIRS).items() if of in ("", one) and to in ("", other)]
    if json:
        print(msgspec.json.encode([_row(pair) for pair in pairs]).decode())
        return
    console = Console()
    for pair in pairs:
        row = _row(pair)
        console.print(f"[bold]{row['from']} → {row['to']}[/bold]")
        console.print(f"  carried   {', '.join(row['carried'])}", highlight=False)
        console.print(f"  declared  {', '.join(row['declared']) or '-'}", highlight=False)
        for name, remedy in row["refused"].items():
            console.print(f"  refused   {name}: {remedy}", highlight=False)
        for policy in ("carried", "declared", "refused"):
            names = ", ".join(name for name, said in row["parts"].items() if said == policy)
            console.print(f"  {policy:<9} within: {names or '-'}", highlight=False)


@app.command
def read(
    source: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    *,
    dialect: Annotated[str, Parameter(name="--dialect")],
    stream: Annotated[bool, Parameter(name="--stream", negative="")] = False,
) -> None:
    """Print what an answer says as JSON: text, reasoning, tool calls, finish, usage, error. Status 1 for an error.

    Args:
        source: A file with the bytes of an answer, or `-` for standard input. 文件，或 `-` 表示标准输入。
        dialect: The wire form that it is in.
        stream: It is a stream: server-sent events, lines of JSON or an event stream, as its wire form has it.

    """
    chosen = _form(dialect)
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    made = (read_stream if stream else read_whole)(chosen, data)
    print(msgspec.json.format(msgspec.json.encode(made)).decode())
    if made.error is not None:
        raise SystemExit(1)


def _form(name: str) -> Upstream:
    if name not in UPSTREAMS:
        raise MalformedError("no wire form has this name", where="--dialect", remedy=suggest(name, UPSTREAMS))
    return UPSTREAMS[name]


def _paths(form: Upstream) -> list[str]:
    if form.id not in DIALECTS:
        return []
    return [path for path, route in ROUTES.items() if route.dialect is form] or [GEMINI_PATH]


def _row(pair: Pair) -> dict[str, Any]:
    return {
        "from": pair.client.id,
        "to": pair.upstream.id,
        "carried": list(pair.carried),
        "declared": list(pair.declared),
        "refused": pair.refused,
        "parts": pair.parts,
    }
