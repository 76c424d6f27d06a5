"""`isthmus registry`: record what people did, and show what is on record."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from isthmus.clock import now
from isthmus.config import raise_problems, read_config
from isthmus.errors import CatalogError
from isthmus.registry.file import RegistryFile, read_registry, rows_of
from isthmus.store import RegistryRow, append_registry, open_store, registry_rows

app = cyclopts.App(name="registry", help="Record contracts, filings, consents and keys. 登记合同、备案、同意与密钥。")
ConfigPath = Annotated[Path, Parameter(name=["--config", "-c"], help="the configuration's file 配置文件")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="one JSON value instead of text")]


@app.command
def apply(
    file: Annotated[Path, Parameter(name="FILE", allow_leading_hyphen=False)],
    *,
    config: ConfigPath = Path("isthmus.yaml"),
    json: AsJson = False,
) -> None:
    """Record what a registry file says; applying it twice changes nothing, a changed row is a new version."""
    loaded = read_config(config)
    content = read_registry(file, loaded.config)
    store = open_store(loaded.store_url())
    try:
        _held(content, registry_rows(store), str(file))
        added = append_registry(store, rows_of(content), at=now(), by=content.by)
    finally:
        store.close()
    if json:
        print(msgspec.json.encode([{"seq": row.seq, "what": row.what, "id": row.id} for row in added]).decode())
        return
    total = len(content.keys) + len(content.acts) + len(content.revoke)
    for row in added:
        print(f"recorded {row.what} {row.id} as row {row.seq}")
    print(f"{len(added)} recorded, {total - len(added)} already on record; a running server takes it within a second")


def _held(content: RegistryFile, rows: list[RegistryRow], file: str) -> None:
    """Raise where what is revoked was never on record: a misspelt revocation must not look like one."""
    held = {(row.what, row.id) for row in rows}
    held |= {("key", key.id) for key in content.keys} | {("act", act.id) for act in content.acts}
    problems = []
    for row in content.revoke:
        if (row.what, row.id) not in held:
            near = difflib.get_close_matches(row.id, [name for what, name in held if what == row.what], n=1)
            remedy = f"did you mean `{near[0]}`?" if near else "`isthmus registry list` shows what is on record"
            problems.append(CatalogError(f"no {row.what} `{row.id}` is on record to revoke", where=file, remedy=remedy))
    raise_problems(tuple(problems), file)


@app.command(name="list")
def list_(*, config: ConfigPath = Path("isthmus.yaml"), json: AsJson = False) -> None:
    """List every row on record, oldest first, with who recorded it and when."""
    store = open_store(read_config(config).store_url())
    try:
        rows = registry_rows(store)
    finally:
        store.close()
    if json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    if not rows:
        print("nothing is on record yet; record something with `isthmus registry apply FILE`")
        return
    table = Table("row", "at", "by", "what", "id", "says", box=None, header_style="bold")
    for row in rows:
        table.add_row(str(row.seq), row.at, row.by, row.what, row.id, _gist(row))
    Console().print(table)


def _gist(row: RegistryRow) -> str:
    content = row.content
    if row.what == "key":
        return f"{content['entity']}, expires {content.get('expires', 'never')}"
    if row.what == "act":
        span = f"{content.get('valid_from', '?')} to {content.get('valid_until', 'open')}"
        return f"{content['kind']} of {content['entity']} with {content.get('recipient', 'any recipient')}, {span}"
    return f"ends {content['what']} {row.id}: {content.get('reason', '')}"
