"""`isthmus ledger`: show, verify and export the evidence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import cyclopts
import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.table import Table

from isthmus.cli.ledger_proof import check_proof, is_proof, proof_json, proof_lines, prove
from isthmus.cli.ledger_text import entry_text, report_lines
from isthmus.config import Loaded, read_config
from isthmus.errors import ConfigError
from isthmus.steps.record.checkpoint import Verifier, read_verifier
from isthmus.steps.record.verify import verify
from isthmus.steps.record.witness import KEY_FILE, LATEST
from isthmus.store import Store, entry_bodies, export_lines, open_store, person_counts

app = cyclopts.App(name="ledger", help="Show, verify and export the evidence. 查看、验证与导出存证。")
DEFAULT = Path("isthmus.yaml")
ConfigPath = Annotated[Path, Parameter(name=["--config", "-c"], help="the configuration's file 配置文件")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="JSON for programs instead of text")]
Language = Annotated[Literal["en", "zh"] | None, Parameter(name="--lang", help="en or zh; absent: as LANG says")]


@app.command
def show(
    *,
    call: Annotated[str, Parameter(name="--call", help="entries of this call only 只看此次调用")] = "",
    last: Annotated[int, Parameter(name="--last", help="how many; 0: all", validator=Number(gte=0))] = 50,
    config: ConfigPath = DEFAULT,
    json: AsJson = False,
    lang: Language = None,
) -> None:
    """Show entries, oldest first. With --json, one canonical entry a line."""
    with _store(read_config(config)) as store:
        bodies = entry_bodies(store, call=call, last=0 if call else last)
    if call and not bodies:
        raise ConfigError(f"the ledger has no entry of call `{call}`", remedy="the id is in the header x-isthmus-call")
    if json:
        _write(bodies)
        return
    for body in bodies:
        print(entry_text(body, chinese=_chinese(lang)))


@app.command(name="verify")
def verify_(
    file: Annotated[
        Path | None, Parameter(name="FILE", help="an export or a proof; absent: the store of the configuration")
    ] = None,
    *,
    config: ConfigPath = DEFAULT,
    checkpoint: Annotated[Path | None, Parameter(help="a signed checkpoint kept elsewhere 外部检查点")] = None,
    key: Annotated[Path | None, Parameter(help="its public key: PEM, or a verifier key 公钥")] = None,
    json: AsJson = False,
    lang: Language = None,
) -> None:
    """Find every changed, removed, moved or inserted entry; exit with 1 if there is one.

    With a checkpoint that was kept elsewhere, also a cut tail and a ledger that was computed anew. Without FILE, the
    newest checkpoint and the key in the configured folder for checkpoints are used, if others are not given.
    """
    if file is not None:
        note, verifier = _means(checkpoint, key)
        if file.is_file() and is_proof(file):
            _tell_proof(file, verifier, json=json, chinese=_chinese(lang))
            return
        try:
            with file.open("rb") as lines:
                report = verify(lines, checkpoint=note, key=verifier)
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}", where=str(file)) from None
    else:
        loaded = read_config(config)
        folder = loaded.path(loaded.config.store.checkpoints)
        checkpoint, key = checkpoint or _there(folder / LATEST), key or _there(folder / KEY_FILE)
        note, verifier = _means(checkpoint, key)
        with _store(loaded) as store:
            report = verify(export_lines(store), checkpoint=note, key=verifier)
    if json:
        _write([msgspec.json.encode(report)])
    else:
        print("\n".join(report_lines(report, checkpoint, chinese=_chinese(lang))))
    if not report.ok:
        sys.exit(1)


@app.command
def export(
    out: Annotated[Path, Parameter(name="OUT", help="a new file, or `-`", allow_leading_hyphen=True)],
    *,
    config: ConfigPath = DEFAULT,
) -> None:
    """Write the whole ledger as JSON Lines, for an auditor; `isthmus ledger verify OUT` reads it."""
    with _store(read_config(config)) as store:
        lines = export_lines(store)
        if str(out) == "-":
            _write(lines)
            return
        try:
            with out.open("xb") as stream:
                count = sum(bool(stream.write(line + b"\n")) for line in lines)
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", where=str(out)) from None
    print(f"{count} lines written to {out}; verify them with `isthmus ledger verify {out}`")


@app.command
def move(
    *,
    to: Annotated[Path, Parameter(name="--to", help="a configuration whose store is empty 目标配置")],
    config: ConfigPath = DEFAULT,
) -> None:
    """Copy the whole ledger, with counted persons and the registry, into another store: from SQLite to PostgreSQL.

    The gateways must be stopped. The old store stays as it is: put it away, so that nobody continues it.
    """
    with _store(read_config(config)) as source:
        from isthmus.store.copying import copy_store  # noqa: PLC0415 - it imports SQLAlchemy

        target = open_store(read_config(to).store_url())
        try:
            size = copy_store(source, target)
        finally:
            target.close()
    print(f"{size} entries moved; verify them with `isthmus ledger verify -c {to}`")


@app.command
def counts(*, config: ConfigPath = DEFAULT, json: AsJson = False) -> None:
    """Show how many distinct persons are counted, by entity, scheme, period and counterparty (已计入的人数)."""
    with _store(read_config(config)) as store:
        found = person_counts(store)
    if json:
        _write([msgspec.json.encode(found)])
        return
    table = Table("entity", "scheme", "period", "counterparty", "persons", "names unresolved", box=None)
    for row in found:
        persons = "\n".join(f"{name} {number}" for name, number in row.persons.items())
        period = row.period or f"12 months to {row.as_of}"
        table.add_row(row.entity, row.scheme, period, row.counterparty or "-", persons, str(row.unresolved))
    Console().print(table)


app.command(prove)


def _tell_proof(file: Path, key: Verifier | None, *, json: bool, chinese: bool) -> None:
    """Say what a proof of one entry proves; exit with 1 if nothing."""
    proven, why = check_proof(_read(file).decode("utf-8", "replace"), key)
    if json:
        _write([proof_json(proven, why, signed=key is not None)])
    else:
        print("\n".join(proof_lines(proven, why, signed=key is not None, chinese=chinese)))
    if proven is None:
        sys.exit(1)


def _chinese(lang: str | None) -> bool:
    return (lang or os.environ.get("LANG", "")).startswith("zh")


@contextmanager
def _store(loaded: Loaded) -> Iterator[Store]:
    store = open_store(loaded.store_url(), create=False)
    try:
        yield store
    finally:
        store.close()


def _there(file: Path) -> Path | None:
    return file if file.is_file() else None


def _means(checkpoint: Path | None, key: Path | None) -> tuple[str | None, Verifier | None]:
    """The checkpoint's text and the public key; raises `ConfigError` naming the file that is not usable."""
    note = None if checkpoint is None else _read(checkpoint).decode("utf-8", "replace")
    try:
        return note, None if key is None else read_verifier(_read(key))
    except ConfigError as error:
        raise ConfigError(error.message, where=error.where or str(key)) from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(file)) from None


def _write(lines: Iterable[bytes]) -> None:
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
