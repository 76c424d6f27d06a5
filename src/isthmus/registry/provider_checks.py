"""What is wrong with a seller's facts beyond their types: what contradicts itself, is missing or cannot be.

Pure: a row goes in, problems come out as path, message and remedy; the loader adds file and line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from isthmus.registry.offers import Endpoint, Model, Provider
from isthmus.registry.tariffs import Sourced, Tariff, Tier

Path_ = tuple[str | int, ...]
Problem = tuple[Path_, str, str]
_SAFE = ("https://", "http://127.0.0.1", "http://localhost", "http://[::1]")


def check(row: Provider) -> Iterator[Problem]:
    """What is wrong with a seller's facts beyond their types: path, message, remedy."""
    if not row.endpoints:
        yield ("endpoints",), "a seller has at least one endpoint", "add it"
    yield from _unique(("endpoints",), [endpoint.id for endpoint in row.endpoints])
    for name, filing in row.filings.items():
        yield from _dates(("filings", name), filing)
    for index, listing in enumerate(row.listings):
        yield from _dates(("listings", index), listing)
    for index, endpoint in enumerate(row.endpoints):
        yield from _endpoint(("endpoints", index), row, endpoint)


def _endpoint(path: Path_, row: Provider, endpoint: Endpoint) -> Iterator[Problem]:
    for name in ("access", "control", "terms"):
        group = getattr(endpoint, name)
        if group is not None:
            yield from _dates((*path, name), group)
    if not endpoint.access.dialects:
        yield (*path, "access", "dialects"), "an endpoint speaks at least one dialect", "name it"
    if endpoint.access.auth in ("header", "query") and not endpoint.access.auth_header:
        yield (*path, "access", "auth"), "the name that carries the credential is missing", "add `auth_header`"
    url = endpoint.base_url
    if url and not endpoint.self_hosted and not url.startswith(_SAFE):
        yield (*path, "access", "base_url"), "an address begins with https://, or is on loopback", "correct it"
    if not url and not endpoint.self_hosted and not endpoint.any_model:
        yield (*path, "access"), "key `base_url` is missing", "add it"
    yield from _unique((*path, "models"), [model.id for model in endpoint.models])
    for index, model in enumerate(endpoint.models):
        yield from _model((*path, "models", index), row, model)


def _model(path: Path_, row: Provider, model: Model) -> Iterator[Problem]:
    yield from _dates(path, model)
    if model.filing is not None and model.filing not in row.filings:
        yield (*path, "filing"), f"no filing of this seller is called `{model.filing}`", "add it under `filings`"
    yield from check_tariffs((*path, "tariffs"), model.tariffs)


def check_tariffs(path: Path_, tariffs: tuple[Tariff, ...]) -> Iterator[Problem]:
    """What is wrong with the tariffs at `path`, each alone and beside the others."""
    for index, tariff in enumerate(tariffs):
        yield from _tariff((*path, index), tariff)
        for other in tariffs[:index]:
            if other.promotion == tariff.promotion and _overlap(other, tariff):
                yield (*path, index), "two tariffs hold on one day", "end the earlier with `until`"


def _tariff(path: Path_, tariff: Tariff) -> Iterator[Problem]:
    yield from _dates(path, tariff)
    if tariff.first and tariff.until and tariff.until < tariff.first:
        yield (*path, "until"), "the last day is before the first", "correct one"
    try:
        ZoneInfo(tariff.zone)
    except (ValueError, OSError, KeyError):
        yield (*path, "zone"), f"no time zone is called `{tariff.zone}`", "use a name such as Asia/Shanghai"
    yield from _tiers((*path, "tiers"), tariff.tiers)
    for index, window in enumerate(tariff.windows):
        yield from _tiers((*path, "windows", index, "tiers"), window.tiers)
        if window.start == window.end:
            yield (*path, "windows", index), "a window has a length", "correct `end`"
    if tariff.batch is not None and not (tariff.batch.is_finite() and 0 <= tariff.batch <= 1):
        yield (*path, "batch"), "a batch factor lies between 0 and 1", "write 0.5 for half the price"


def _tiers(path: Path_, tiers: tuple[Tier, ...]) -> Iterator[Problem]:
    if [tier.over for tier in tiers] != sorted({tier.over for tier in tiers}) or not tiers or tiers[0].over:
        yield path, "tiers begin at `over: 0` and rise", "order them by `over`"
    for index, tier in enumerate(tiers):
        for name in ("input", "output", "cache_read", "cache_write", "reasoning", "call"):
            price = getattr(tier, name)
            if price is not None and not (price.is_finite() and price >= 0):
                yield (*path, index, name), f"a price is a number from 0, got `{price}`", "correct it"


def _dates(path: Path_, group: Sourced) -> Iterator[Problem]:
    if group.review_by < group.verified_at:
        yield (*path, "review_by"), "the review is due before the fact was verified", "correct one of the dates"


def _overlap(one: Tariff, other: Tariff) -> bool:
    return max(one.first or date.min, other.first or date.min) <= min(one.until or date.max, other.until or date.max)


def _unique(path: Path_, names: list[str]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (*path, index, "id"), f"`{name}` stands here twice", "remove or rename one"
