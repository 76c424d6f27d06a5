"""What a configuration and the packaged catalogues give together, read once: rules, scanner, labels, declarations."""

from __future__ import annotations

from pathlib import Path

import msgspec

from isthmus.clock import today
from isthmus.config import Loaded, raise_problems, read_config
from isthmus.errors import CatalogError, ConfigError
from isthmus.own import Own, read_own
from isthmus.registry.declared import Declared, declare
from isthmus.steps.decide import Rulebook, load_rulebook
from isthmus.steps.label import Label, load_labels
from isthmus.steps.scan import Scanner, load_scanner

JURISDICTIONS = Path(__file__).parent / "jurisdictions"


class Catalogues(msgspec.Struct, frozen=True, kw_only=True):
    """Everything immutable that a gateway, `check` and `explain` work with."""

    declared: Declared
    rulebook: Rulebook
    scanner: Scanner
    labels: dict[str, Label]

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that a snapshot's hash takes in beside its own parts."""
        return (self.rulebook.version, self.scanner.version)


def load_catalogues(file: Path, *, secrets: bool = True) -> Catalogues:
    """Read a configuration and all that it refers to; raises `ConfigError` or `CatalogError` with file and line."""
    return catalogues_of(read_config(file), secrets=secrets)


def catalogues_of(loaded: Loaded, *, secrets: bool = True) -> Catalogues:
    """The catalogues of a configuration that was read already."""
    declared, own = _declared(loaded, secrets=secrets)
    packs = tuple(loaded.path(name) for name in loaded.config.packs)
    return Catalogues(
        declared=declared,
        rulebook=load_rulebook(JURISDICTIONS, today=today(), extra=packs),
        scanner=load_scanner(
            JURISDICTIONS,
            terms=declared.terms,
            patterns=own.patterns,
            exact=own.lists,
            prose=loaded.config.policy.prose,
            sensitive=loaded.config.policy.sensitive,
        ),
        labels=load_labels(JURISDICTIONS),
    )


def _declared(loaded: Loaded, *, secrets: bool) -> tuple[Declared, Own]:
    """What is declared, in both its parts, with the problems of both at once."""
    problems: tuple[CatalogError, ...] = ()
    declared = own = None
    try:
        declared = declare(loaded, secrets=secrets)
    except ConfigError as error:
        problems = error.problems
    try:
        own = read_own(loaded, secrets=secrets)
    except ConfigError as error:
        problems += error.problems
    raise_problems(problems, loaded.file)
    assert declared is not None
    assert own is not None
    return declared, own
