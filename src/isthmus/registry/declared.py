"""A configuration with all that it refers to: deployments laid over the catalogue, entity keys, rates, term lists.

It is read once for each configuration and then only looked at. Every problem is said at once, with file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import msgspec

from isthmus.config import Alias, Entity, Loaded, Purpose, raise_problems
from isthmus.errors import CatalogError, ConfigError, IsthmusError
from isthmus.registry.deployments import Deployed, deployed
from isthmus.registry.derivation import EntityKeys, derive
from isthmus.registry.providers import load_providers
from isthmus.registry.rates import ExchangeRates, load_rates

AUTO = "auto"
P = ParamSpec("P")
T = TypeVar("T")


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator declares, ready for use; `version` is the SHA-256 of all of it but the secrets."""

    loaded: Loaded
    entities: dict[str, Entity]
    keys: dict[str, EntityKeys]
    purposes: dict[str, Purpose]
    deployments: dict[str, Deployed]
    aliases: dict[str, Alias]
    credentials: dict[str, str]
    proxies: dict[str, str]
    rates: ExchangeRates | None
    terms: dict[str, tuple[str, ...]]
    version: str

    def __repr__(self) -> str:
        return f"Declared({self.version[:12]})"


def declare(loaded: Loaded, *, secrets: bool = True) -> Declared:
    """Everything that a configuration refers to; raises `ConfigError` with every problem found.

    Without `secrets`, references to secrets are not followed: enough to check a file on another machine.
    """
    config, tries = loaded.config, _Attempts(loaded)
    folders = [loaded.path(name) for name in config.providers]
    providers = tries.make(("providers",), load_providers, *folders)
    rates = tries.make(("rates",), load_rates, loaded.path(config.rates)) if config.rates else None
    rows = [
        tries.make(("deployments", index), deployed, row, providers) if providers else None
        for index, row in enumerate(config.deployments)
    ]
    terms = _terms(loaded, tries)
    keys = _entity_keys(loaded, tries) if secrets else {}
    credentials = _references(loaded, tries, "credential") if secrets else {}
    proxies = _references(loaded, tries, "proxy") if secrets else {}
    raise_problems(tuple(tries.problems), loaded.file)
    return Declared(
        loaded=loaded,
        entities={row.id: row for row in config.entities},
        keys=keys,
        purposes={row.id: row for row in config.purposes},
        deployments={row.id: row for row in rows if row is not None},
        aliases={row.id: row for row in config.aliases},
        credentials=credentials,
        proxies=proxies,
        rates=rates,
        terms=terms,
        version=_version(loaded, providers.version if providers else "", rates, terms),
    )


class _Attempts:
    """Tries one part after the other and keeps what went wrong, with the line that asked for it."""

    def __init__(self, loaded: Loaded) -> None:
        self._document = loaded.document
        self.problems: list[CatalogError] = []

    def make(
        self, path: tuple[str | int, ...], function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """What the function returns, or None with its problems noted."""
        where = self._document.where(path)
        try:
            return function(*args, **kwargs)
        except ConfigError as error:
            self.problems.extend(_placed(where, each) for each in error.problems or (error,))
        except (IsthmusError, OSError, UnicodeDecodeError) as error:
            self.problems.append(_placed(where, error))
        return None


def _entity_keys(loaded: Loaded, tries: _Attempts) -> dict[str, EntityKeys]:
    found = {}
    for index, row in enumerate(loaded.config.entities):
        path = ("entities", index, "secret")
        secret = tries.make(path, loaded.secret, row.secret)
        keys = tries.make(path, derive, secret, row.id) if secret else None
        if keys:
            found[row.id] = keys
    return found


def _references(loaded: Loaded, tries: _Attempts, name: str) -> dict[str, str]:
    found = {}
    for index, row in enumerate(loaded.config.deployments):
        reference = getattr(row, name)
        secret = tries.make(("deployments", index, name), loaded.secret, reference) if reference else None
        if secret:
            found[row.id] = secret
    return found


def term_lists(loaded: Loaded) -> dict[str, tuple[str, ...]]:
    """The words of each kind, from the configuration and its files; raises `ConfigError` with every problem."""
    tries = _Attempts(loaded)
    terms = _terms(loaded, tries)
    raise_problems(tuple(tries.problems), loaded.file)
    return terms


def _terms(loaded: Loaded, tries: _Attempts) -> dict[str, tuple[str, ...]]:
    terms: dict[str, tuple[str, ...]] = {}
    for index, group in enumerate(loaded.config.terms):
        words = tries.make(("terms", index, "file"), _words, loaded, group.file) if group.file else ()
        terms[group.kind] = (*terms.get(group.kind, ()), *group.words, *(words or ()))
    return terms


def candidates(declared: Declared, model: str) -> tuple[tuple[Deployed, ...], bool]:
    """The deployments that a model name allows, and whether it lets us choose among models (an alias, or `auto`).

    A concrete name, `provider/model` or a deployment's id, is never another model. Empty: nothing has that name.
    """
    rows = declared.deployments
    if model == AUTO:
        return tuple(rows.values()), True
    if model in declared.aliases:
        return tuple(rows[name] for name in declared.aliases[model].deployments), True
    if model in rows:
        return (rows[model],), False
    return tuple(row for row in rows.values() if model in (row.name, row.row.model)), False


def _placed(where: str, error: Exception) -> CatalogError:
    if isinstance(error, IsthmusError):
        inner = f" ({error.where})" if error.where and error.where != where.rsplit(":", 1)[0] else ""
        return CatalogError(f"{error.message}{inner}", where=where, remedy=error.remedy)
    if isinstance(error, UnicodeDecodeError):
        return CatalogError("the file is not text", where=where, remedy="save it as UTF-8")
    return CatalogError(f"cannot be read: {getattr(error, 'strerror', '') or type(error).__name__}", where=where)


def _words(loaded: Loaded, name: str) -> tuple[str, ...]:
    lines = loaded.path(name).read_text(encoding="utf-8-sig").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _version(loaded: Loaded, providers: str, rates: Any, terms: dict[str, tuple[str, ...]]) -> str:
    digest = hashlib.sha256()
    for part in (loaded.document.tree, providers, msgspec.to_builtins(rates), terms):
        digest.update(msgspec.json.encode(part, order="deterministic") + b"\x00")
    return digest.hexdigest()
