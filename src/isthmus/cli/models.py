"""`isthmus models`: what a key could use now, and why the rest is not there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from isthmus.catalogues import load_catalogues
from isthmus.cli.verdicts import VERDICT_STYLE, article, why
from isthmus.explaining import Outlook, explain, key_named, registered
from isthmus.registry.deployments import Deployed

CLEAN = "-"
UNKNOWN = "?"


def models(
    *,
    key: str,
    prompt: str = CLEAN,
    config: Annotated[Path, Parameter(name=["--config", "-c"])] = Path("isthmus.yaml"),
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    lang: Literal["en", "zh"] = "en",
) -> None:
    """List what a key could use now: lawful, cost, context, quality; and why the rest is not there. Nothing is sent.

    Args:
        key: The key's name in the registry.
        prompt: The text of the call; absent: a call without personal data. 提示词。
        config: The configuration's file. 配置文件。
        json: One JSON value instead of a table.
        lang: The language of gists: en or zh.

    """
    catalogues = load_catalogues(config)
    store, current = registered(catalogues)
    try:
        held = key_named(current, key)
        body = msgspec.json.encode({"model": "auto", "messages": [{"role": "user", "content": prompt}]})
        found = explain(catalogues, current, store, key=held, body=body, headers={}, any_model=True)
    finally:
        store.close()
    targets = catalogues.declared.deployments
    rows = [_row(row, targets[row.deployment], lang) for row in found.outlooks]
    if json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    names = [*held.models] or ["auto", *current.declared.aliases, *(str(row["deployment"]) for row in rows)]
    console = Console()
    console.print(f"[bold]{key}[/] may name: {', '.join(names)}")
    columns = ("deployment", "model", "cost", "context", "quality", "verdict", "rests on")
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        verdict = str(row["verdict"])
        told = f"{row['rests_on']}" if row["release"] else f"{row['rests_on']}\n[dim]{row['why']}[/]"
        facts = (UNKNOWN if row[name] is None else str(row[name]) for name in ("cost", "context", "quality"))
        table.add_row(
            str(row["deployment"]), str(row["model"]), *facts, f"[{VERDICT_STYLE[verdict]}]{verdict}[/]", told
        )
    console.print(table)


def _row(row: Outlook, target: Deployed, lang: str) -> dict[str, Any]:
    return {
        "deployment": row.deployment,
        "model": target.name,
        "cost": row.cost,
        "context": target.context,
        "quality": target.quality,
        "verdict": row.decision.verdict,
        "release": row.decision.release,
        "rests_on": article(row.decision),
        "why": why(row.decision, lang),
    }
