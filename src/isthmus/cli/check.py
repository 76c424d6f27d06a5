"""`isthmus check`: read a configuration and say every problem at once."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from isthmus.catalogues import Catalogues, catalogues_of
from isthmus.clock import now
from isthmus.config import Loaded, raise_problems, read_config
from isthmus.errors import CatalogError, ConfigError, IsthmusError
from isthmus.registry.declared import candidates
from isthmus.registry.deployments import Deployed
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.registry.tariffs import in_force
from isthmus.steps.record.checkpoint import read_signer
from isthmus.store import RegistryRow, is_there, open_store, registry_rows


def check(
    config: Annotated[Path, Parameter(name="CONFIG", allow_leading_hyphen=False)] = Path("isthmus.yaml"),
    *,
    secrets: Annotated[bool, Parameter(name="--secrets", negative="--without-secrets")] = True,
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Read a configuration and all that it refers to; say every problem with file, line and what was expected.

    Args:
        config: The configuration's file. 配置文件。
        secrets: Follow references to secrets; without, a file can be checked on another machine.
        json: One JSON value instead of text.

    """
    loaded = read_config(config)
    rows, problems = _stored(loaded, secrets=secrets)
    try:
        catalogues = catalogues_of(loaded, secrets=secrets)
    except ConfigError as error:
        raise_problems((*(error.problems or (error,)), *problems), loaded.file)
    except CatalogError as error:
        raise_problems((error, *problems), loaded.file)
    raise_problems(problems, loaded.file)
    current = snapshot(catalogues.declared, rows)
    keys = _keys(current)
    found = {
        "config": str(config),
        "deployments": [_deployment(row) for row in catalogues.declared.deployments.values()],
        "keys": keys,
        "counts_as_none": [row["id"] for row in keys if row["clean_scan"] == "none"],
        "warnings": [*_warnings(catalogues), *_dangling(current)],
        "defaults": _defaults(catalogues),
    }
    if json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    _print(found)


def _stored(loaded: Loaded, *, secrets: bool) -> tuple[list[RegistryRow], tuple[CatalogError, ...]]:
    """What is on record where there is a store already (`check` makes none), and what keeps a ledger from opening."""
    document, problems = loaded.document, []
    if not secrets:
        return [], ()
    try:
        read_signer(loaded.secret(loaded.config.store.signer).encode())
    except ConfigError as error:
        problems.append(document.error(("store", "signer"), error.message, error.remedy))
    rows: list[RegistryRow] = []
    try:
        url = loaded.store_url()
        if is_there(url):
            store = open_store(url, create=False)
            rows = registry_rows(store)
            store.close()
    except IsthmusError as error:
        problems.append(document.error(("store", "url"), error.message, error.remedy))
    except OSError as error:
        problems.append(document.error(("store", "url"), f"cannot be read: {error.strerror}", "correct the path"))
    return rows, tuple(problems)


def _deployment(row: Deployed) -> dict[str, Any]:
    tariff = in_force(row.tariffs, now())
    return {
        "id": row.id,
        "name": row.name,
        "hosted_in": list(row.destination.hosted_in),
        "operator": row.destination.operator_country,
        "owner": row.destination.owner_country,
        "recipient": row.destination.recipient,
        "price_known": tariff is not None,
        "quality": str(row.quality) if row.quality is not None else None,
        "quality_source": row.quality_source,
    }


def _keys(current: Snapshot) -> list[dict[str, Any]]:
    rows = sorted(current.keys.values(), key=lambda key: key.id)
    return [{"id": key.id, "entity": key.entity, "clean_scan": key.clean_scan, "expires": key.expires} for key in rows]


def _warnings(catalogues: Catalogues) -> list[str]:
    today = now()[:10]
    soon = (date.fromisoformat(today) + timedelta(days=30)).isoformat()
    found = []
    for row in catalogues.declared.deployments.values():
        if not row.destination.hosted_in:
            found.append(f"deployment {row.id}: where it is hosted is not known, so its data count as leaving")
        if row.destination.accessible_from is None:
            found.append(f"deployment {row.id}: from where else it can be reached is not known: state accessible_from")
        if in_force(row.tariffs, now()) is None:
            found.append(f"deployment {row.id}: no price is known today, so it is chosen last")
        if row.terms is not None and row.terms.overdue(date.fromisoformat(today)):
            found.append(f"deployment {row.id}: the review of its terms was due on {row.terms.review_by}")
        if row.filed_until and row.filed_until < soon:
            what = (
                "a public service waits until it is looked at" if row.filed_until < today else "look at it before then"
            )
            found.append(f"deployment {row.id}: the review of its model's filing is due on {row.filed_until}: {what}")
    overdue = [row.instrument for row in catalogues.rulebook.instruments if row.review_by < today]
    found += [f"law {name}: its review is overdue" for name in overdue]
    return found


def _dangling(current: Snapshot) -> list[str]:
    """What is on record and refers to nothing that the configuration declares, or has ended."""
    declared, today = current.declared, now()[:10]
    recipients = {row.destination.recipient for row in declared.deployments.values()}
    found = [f"key {row.id}: its entity `{row.entity}` is not declared, so it is refused" for row in current.homeless]
    for key in sorted(current.keys.values(), key=lambda key: key.id):
        found += [
            f"key {key.id}: nothing is called `{name}`" for name in key.models if not candidates(declared, name)[0]
        ]
        purposes = {name for choice in key.choices if choice.fact == "purpose" for name in choice.values}
        found += [
            f"key {key.id}: purpose `{name}` is not declared" for name in sorted(purposes - set(declared.purposes))
        ]
        if (key.expires or today) < today:
            found.append(f"key {key.id}: it expired on {key.expires}")
    for act in (act for acts in current.acts.values() for act in acts):
        if act.entity not in declared.entities:
            found.append(f"act {act.id}: its entity `{act.entity}` is not declared")
        if act.recipient and act.recipient not in recipients:
            found.append(f"act {act.id}: no deployment has the recipient `{act.recipient}`, so it covers nothing")
        if (act.valid_until or today) < today:
            found.append(f"act {act.id}: it ended on {act.valid_until}")
    return found


def _defaults(catalogues: Catalogues) -> list[str]:
    """The settings that the file leaves to their defaults, as `section.key: value`."""
    tree, config = catalogues.declared.loaded.document.tree, catalogues.declared.loaded.config
    found = []
    for section in ("listen", "store", "limits", "policy"):
        stated = tree.get(section) or {}
        for name, value in msgspec.to_builtins(getattr(config, section)).items():
            if name not in stated:
                found.append(f"{section}.{name}: {value}")
    return found


def _print(found: dict[str, Any]) -> None:
    console = Console()
    table = Table("deployment", "model", "hosted in", "run by", "owned in", "price", "quality", box=None)
    for row in found["deployments"]:
        places = " ".join(row["hosted_in"]) or "?"
        price = "known" if row["price_known"] else "?"
        quality = row["quality"] or "?"
        table.add_row(row["id"], row["name"], places, row["operator"] or "?", row["owner"] or "?", price, quality)
    console.print(table)
    for key in found["keys"]:
        scan = "a clean scan counts as no personal data" if key["clean_scan"] == "none" else "a clean scan is unknown"
        console.print(f"key {key['id']} ({key['entity']}): {scan}")
    console.print(f"[dim]defaults: {', '.join(found['defaults'])}[/]")
    for warning in found["warnings"]:
        console.print(f"[yellow]warning[/]: {warning}")
    console.print(f"{found['config']}: no problems, {len(found['warnings'])} warnings")
