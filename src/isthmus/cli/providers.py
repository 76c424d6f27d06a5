"""`isthmus providers`: who sells models, where, on what terms and price, and which of it is due for review."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from isthmus.clock import now
from isthmus.config import read_config
from isthmus.gateway import probed
from isthmus.probing import FEATURES, Found
from isthmus.registry.comparing import differences
from isthmus.registry.declared import declare
from isthmus.registry.offers import Endpoint, Provider, find
from isthmus.registry.providers import Providers, load_folders, load_providers
from isthmus.registry.tariffs import Sourced, Tariff, in_force

app = cyclopts.App(name="providers", help="Who sells models, where, on what terms and price. 模型供应商目录。")
UNKNOWN = "?"
YES_NO = {None: UNKNOWN, True: "yes", False: "no"}
Config = Annotated[Path | None, Parameter(name=["--config", "-c"], help="also the folders named in this configuration")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="one JSON value instead of a table")]
Day = Annotated[str, Parameter(name="--on", help="the day to look at the facts from, as YYYY-MM-DD; absent: today")]


def _load(config: Path | None) -> Providers:
    if config is None:
        return load_providers()
    loaded = read_config(config)
    return load_providers(*(loaded.path(name) for name in loaded.config.providers))


def _today(on: str) -> date:
    return date.fromisoformat(on or now()[:10])


@app.command(name="list")
def list_(*, config: Config = None, json: AsJson = False) -> None:
    """List every endpoint by ecosystem: where it is, who runs and owns it, models, filings, prices, overdue reviews."""
    today = _today("")
    sellers = sorted(_load(config).rows.values(), key=lambda row: (row.ecosystem, row.id))
    rows = [_row(provider, endpoint, today) for provider in sellers for endpoint in provider.endpoints]
    if json:
        print(msgspec.json.encode(rows).decode())
        return
    names = ("ecosystem", "provider", "endpoint", "in", "operator", "owner", "models", "filed", "priced", "overdue")
    table = Table(*names, box=None, header_style="bold")
    for row in rows:
        table.add_row(
            row["ecosystem"],
            row["provider"],
            row["endpoint"],
            " ".join(row["hosted_in"] or [UNKNOWN]),
            row["operator_country"] or UNKNOWN,
            row["owner_country"] or UNKNOWN,
            "any" if row["any_model"] and not row["models"] else str(len(row["models"])),
            str(row["filed"]),
            str(row["priced"]),
            f"[red]{row['overdue']}[/red]" if row["overdue"] else "0",
        )
    console = Console()
    console.print(table)
    console.print(
        "? is unknown: it is never taken as favourable. `isthmus providers show ID` gives sources and prices."
    )


def _row(provider: Provider, endpoint: Endpoint, today: date) -> dict[str, Any]:
    noon = f"{today.isoformat()}T12:00:00Z"
    return {
        "provider": provider.id,
        "endpoint": endpoint.id,
        "name": msgspec.to_builtins(provider.name),
        "ecosystem": provider.ecosystem,
        "dialects": [row.dialect for row in endpoint.access.dialects],
        "hosted_in": endpoint.hosted_in(),
        "operator_country": endpoint.operator.country if endpoint.operator else None,
        "owner_country": endpoint.owner.country if endpoint.owner else None,
        "recipient": endpoint.recipient.id if endpoint.recipient else None,
        "any_model": endpoint.any_model,
        "models": [model.id for model in endpoint.models],
        "filed": sum(provider.filing(model) is not None for model in endpoint.models),
        "priced": sum(in_force(model.tariffs, noon) is not None for model in endpoint.models),
        "overdue": sum(group.overdue(today) for _, group in groups(endpoint)),
        "listings": [listing.list for listing in provider.listings],
    }


@app.command
def show(provider: str, *, config: Config = None, on: Day = "", json: AsJson = False) -> None:
    """Show what is known of one seller, with sources, days of verification and the prices that hold."""
    catalogue, today = _load(config), _today(on)
    row = catalogue.provider(provider)
    if json:
        print(msgspec.json.encode(row).decode())
        return
    console = Console(highlight=False)
    console.print(f"[bold]{row.name.en}[/bold] / {row.name.zh}  ({row.id}, {catalogue.files[row.id]})")
    if row.unverified:
        console.print(f"not verified: {row.unverified}")
    for name, filing in row.filings.items():
        console.print(f"filing {name}: {filing.number or UNKNOWN}  {filing.algorithm or ''}{_source(filing, today)}")
    for listing in row.listings:
        console.print(f"listed: {listing.list} since {listing.since or UNKNOWN}{_source(listing, today)}")
    for endpoint in row.endpoints:
        _endpoint(console, endpoint, today)


def _endpoint(console: Console, endpoint: Endpoint, today: date) -> None:
    console.print(f"\n[bold]{endpoint.id}[/bold]  {endpoint.base_url or 'address: stated by the deployment'}")
    console.print(f"  speaks {', '.join(d.dialect for d in endpoint.access.dialects)}{_source(endpoint.access, today)}")
    if endpoint.control:
        parties = {"operator": endpoint.operator, "recipient": endpoint.recipient, "owner": endpoint.owner}
        said = [f"{role} {who.name} ({who.country or UNKNOWN})" for role, who in parties.items() if who]
        console.print(f"  in {' '.join(endpoint.hosted_in() or (UNKNOWN,))}; {'; '.join(said)}", end="")
        console.print(_source(endpoint.control, today))
    terms = endpoint.terms
    if terms:
        console.print(
            f"  terms: keeps {UNKNOWN if terms.retention_days is None else terms.retention_days} days, "
            f"trains on inputs {YES_NO[terms.trains_on_inputs]}, "
            f"does not serve {' '.join(terms.blocked_regions or (UNKNOWN,))}{_source(terms, today)}"
        )
    for model in endpoint.models:
        tariff = in_force(model.tariffs, f"{today.isoformat()}T12:00:00Z")
        price = _prices(tariff) if tariff else "no price known"
        console.print(f"  {model.id:28} {price}  context {model.context or UNKNOWN}{_source(tariff or model, today)}")


def _prices(tariff: Tariff) -> str:
    base = " then ".join(f"{row.input} / {row.output}" for row in tariff.tiers)
    hours = [f"{w.start}-{w.end} {w.tiers[0].input} / {w.tiers[0].output}" for w in tariff.windows]
    return f"{base} {tariff.currency}" + (f" ({tariff.zone}: {', '.join(hours)})" if hours else "")


def _source(group: Sourced, today: date) -> str:
    overdue = " [bold red]OVERDUE[/bold red]" if group.overdue(today) else ""
    source = group.source.replace("[", r"\[")
    return f"\n      [dim]{source}, {group.verified_at}, {group.confidence}, review by {group.review_by}[/dim]{overdue}"


@app.command
def check(
    *folders: Path,
    config: Config = None,
    on: Day = "",
    fail_overdue: Annotated[bool, Parameter(negative="", help="end with status 1 where a review is overdue")] = False,
    live: Annotated[bool, Parameter(negative="", help="ask the deployments of the configuration themselves")] = False,
    deployment: Annotated[tuple[str, ...], Parameter(help="with --live: only this one")] = (),
    json: AsJson = False,
) -> None:
    """Read every file and say all problems at once, and which facts are due for review.

    `folders` are more folders of provider files. With `--live` three small questions go to each configured deployment
    instead: does it take the credential, answer, stream, call a tool, and what limits does it state; status 1 where one
    does not answer.
    """
    if live:
        _live(config or Path("isthmus.yaml"), deployment, as_json=json)
        return
    roots = [read_config(config).path(name) for name in read_config(config).config.providers] if config else []
    catalogue, today = load_providers(*roots, *folders), _today(on)
    overdue = [
        {"provider": name, "at": path, "review_by": group.review_by.isoformat(), "source": group.source}
        for name, row in catalogue.rows.items()
        for path, group in groups(row)
        if group.overdue(today)
    ]
    facts = sum(1 for row in catalogue.rows.values() for _ in groups(row))
    if json:
        result = {"providers": len(catalogue.rows), "facts": facts, "version": catalogue.version, "overdue": overdue}
        print(msgspec.json.encode(result).decode())
    else:
        print(f"{len(catalogue.rows)} providers, {facts} groups of facts, {len(overdue)} overdue on {today}")
        for each in overdue:
            print(f"overdue since {each['review_by']}: {each['provider']} {each['at']} ({each['source']})")
    if overdue and fail_overdue:
        sys.exit(1)


def _live(config: Path, names: tuple[str, ...], *, as_json: bool) -> None:
    declared = declare(read_config(config))
    for name in names:
        find(name, declared.deployments, "deployment")
    found = asyncio.run(probed(declared, names))
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        table = Table("deployment", "asked in", *FEATURES, "usage", "limits", box=None, header_style="bold")
        for each in found:
            limits = "\n".join(f"{name}: {value}" for name, value in each.limits.items())
            told = [_told(each.features.get(feature)) for feature in FEATURES]
            table.add_row(each.deployment, each.asked_in, *told, YES_NO[each.counts_usage], limits or UNKNOWN)
        Console().print(table)
    if not all(each.ok for each in found):
        sys.exit(1)


def _told(found: Found | None) -> str:
    if found is None:
        return "-"
    if found.ok:
        return f"[green]{found.ms} ms[/green]"
    return f"[red]{found.why}[/red]" + (f" ({found.code})" if found.code else "")


@app.command
def diff(before: Path, after: Path | None = None, *, config: Config = None, json: AsJson = False) -> None:
    """Say what differs between two folders of provider files, fact by fact; status 1 where anything does.

    Args:
        before: A folder of provider files, such as those of an older version. 较早的目录。
        after: Another one; absent: the catalogue in use. 缺省为当前目录。
        config: The configuration whose folders belong to the catalogue in use.
        json: One JSON value instead of lines.

    """
    found = differences(load_folders(before), load_folders(after) if after is not None else _load(config))
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        for each in found:
            was, now_ = ("-" if value is None else str(value) for value in (each.before, each.after))
            print(f"{each.provider} {each.at or 'seller'}: {was} -> {now_}")
    if found:
        sys.exit(1)


def groups(value: Any, path: str = "") -> Iterator[tuple[str, Sourced]]:
    """Every group of facts below a catalogue row, with its place."""
    if isinstance(value, Sourced):
        yield path, value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from groups(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from groups(each, f"{path}.{name}")
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from groups(each, f"{path}[{getattr(each, 'id', index)}]")
