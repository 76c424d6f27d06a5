"""`isthmus explain`: what would happen to a call at each deployment, without sending it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from isthmus.catalogues import load_catalogues
from isthmus.cli.verdicts import VERDICT_STYLE, article, why
from isthmus.errors import MalformedError
from isthmus.explaining import Explanation, explain, key_named, registered
from isthmus.replies import HOLD

MAX_BYTES = 64 * 1024 * 1024


def explain_(
    source: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    *,
    key: str,
    config: Annotated[Path, Parameter(name=["--config", "-c"])] = Path("isthmus.yaml"),
    header: Annotated[tuple[str, ...], Parameter(name=["--header", "-H"])] = (),
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    lang: Literal["en", "zh"] = "en",
) -> None:
    """Say what would happen to a call at each deployment: found, decided, why, at what cost. Nothing is sent.

    Args:
        source: The request body as an application would send it, or `-` for standard input. 请求体。
        key: The key's name in the registry.
        config: The configuration's file. 配置文件。
        header: A header of the request, as `x-isthmus-purpose: drafting`.
        json: One JSON value: the facts of each deployment can be fed to `isthmus law decide --facts`.
        lang: The language of gists and remedies: en or zh.

    """
    catalogues = load_catalogues(config)
    store, current = registered(catalogues)
    try:
        found = explain(
            catalogues, current, store, key=key_named(current, key), body=_read(source), headers=_headers(header)
        )
    finally:
        store.close()
    if json:
        sys.stdout.write(msgspec.json.encode(plain(found)).decode() + "\n")
        return
    _print(found, lang)


def plain(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON: kinds and counts of what was found, never its text."""
    return {
        "model": found.model,
        "entity": found.caller.entity,
        "found": found.scan.kinds,
        "complete": found.scan.complete,
        "order": found.order,
        "deployments": [msgspec.to_builtins(row) for row in found.outlooks],
    }


def _print(found: Explanation, lang: str) -> None:
    console = Console()
    kinds = ", ".join(f"{name} x{number}" for name, number in plain(found)["found"].items()) or "nothing"
    console.print(f"for [bold]{found.caller.entity}[/], asking for [bold]{escape(found.model)}[/]; found: {kinds}")
    table = Table("deployment", "verdict", "may leave now", "cost", "why", box=None, header_style="bold", expand=True)
    for row in found.outlooks:
        turn = found.order.index(row.deployment) + 1 if row.deployment in found.order else None
        mark = f"{row.deployment} ({turn})" if turn else row.deployment
        decision = row.decision
        table.add_row(
            mark,
            f"[{VERDICT_STYLE[decision.verdict]}]{decision.verdict}[/]",
            "yes" if decision.release else "no",
            row.cost or "?",
            f"{article(decision)}\n[dim]{why(decision, lang)}[/]",
        )
    console.print(table)
    first = found.order[0] if found.order else None
    console.print(f"it would go to [bold]{first}[/]" if first else "it would be refused")
    if any(row.deployment == first and row.reply_scan == HOLD for row in found.outlooks):
        console.print(f"its answer would be held and decided for a reader in [bold]{found.caller.located_in}[/]")


def _read(source: str) -> bytes:
    try:
        if source == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        return Path(source).read_bytes()
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=source) from None


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for line in given:
        name, colon, value = line.partition(":")
        if not colon:
            raise MalformedError("a header has a name, a colon and a value", where="--header")
        found[name.strip().lower()] = value.strip()
    return found
