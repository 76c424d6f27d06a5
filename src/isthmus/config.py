"""The one closed configuration: what the operator declares.

What acts of people create (keys, instruments, consents) is in the store; secrets are only referred to (`env:NAME`,
`file:PATH`). `read_config` says every problem at once, each with file, line and what was expected. Paths are relative
to the file. What is defaulted is printed by `isthmus check`.
"""

from __future__ import annotations

import difflib
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from isthmus.catalog import Document, convert_all, parse
from isthmus.errors import CatalogError, ConfigError
from isthmus.facts import Basis, Days, Percent, Place
from isthmus.registry.offers import Capability
from isthmus.registry.provider_checks import check_tariffs
from isthmus.registry.tariffs import Tariff

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="letters, digits, `.`, `_`, `-`")]
SecretRef = Annotated[str, Meta(pattern="^(env|file):.+$", description="`env:NAME` or `file:PATH`")]
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=")
Fraction = Annotated[Decimal, Meta(description="a number from 0 to 1")]
Bytes = Annotated[int, Meta(ge=1024, le=1 << 30)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A closed part of the configuration."""


class Listen(Section, frozen=True, kw_only=True):
    """Where the server listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8400


class Store(Section, frozen=True, kw_only=True):
    """Ledger, counters and registry, and the second place for checkpoints.

    `url` is `sqlite:///FILE`, `postgresql://...` without a password, or where such an address stands: `env:NAME`,
    `file:PATH`.
    """

    url: str = "sqlite:///isthmus.db"
    checkpoints: str = "checkpoints"
    signer: SecretRef = "file:ledger-signer.pem"
    origin: str = "isthmus.local/ledger"
    checkpoint_every_s: Seconds = 60


class Limits(Section, frozen=True, kw_only=True):
    """Bounds on size, depth, time and queues."""

    body_bytes: Bytes = 10 * 1024 * 1024
    answer_bytes: Bytes = 64 * 1024 * 1024
    depth: Annotated[int, Meta(ge=4, le=200)] = 64
    body_seconds: Seconds = 30
    in_flight: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    decisions: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000


class Files(Section, frozen=True, kw_only=True):
    """Bounds on reading attached files, which is done in processes of their own.

    `expanded_mb` is what one file may hold once it is unpacked, `seconds` and `memory_mb` what reading it may take.
    """

    processes: Annotated[int, Meta(ge=1, le=32)] = 2
    seconds: Seconds = 10
    memory_mb: Annotated[int, Meta(ge=128, le=16_384)] = 768
    expanded_mb: Annotated[int, Meta(ge=1, le=1024)] = 64
    pages: Annotated[int, Meta(ge=1, le=100_000)] = 1000


class Purpose(Section, frozen=True, kw_only=True):
    """A purpose of processing that keys may name, with its lawful basis and the limbs of exemption it meets."""

    id: Id
    basis: Basis | None = None
    contract_with_individual: bool | None = False
    hr_necessary: bool | None = False
    labour_rules: bool | None = False
    collective_contract: bool | None = False
    emergency: bool | None = False


class Owner(Section, frozen=True, kw_only=True):
    """Who ultimately owns an entity, with the percentage held."""

    country: Place
    percent: Percent = 100


class Entity(Section, frozen=True, kw_only=True):
    """A legal entity of the enterprise; `secret` keys its person counts, conversations and digests."""

    id: Id
    name: str
    name_zh: str = ""
    jurisdiction: Place
    city: str | None = None
    owner: Owner | None = None
    ciio: bool | None = False
    us_person: bool | None = None
    sector: str = ""
    relative_view: bool = False
    separate_consent_always: bool = False
    secret: SecretRef


class Quality(Section, frozen=True, kw_only=True):
    """A figure between 0 and 1 that deployments are compared by, and where it comes from."""

    value: Fraction
    source: Annotated[str, Meta(min_length=1)]


class Deployment(Section, frozen=True, kw_only=True):
    """An endpoint of a provider, a model and a credential. What stands here outranks the provider's row.

    `dialect`: the only wire form it is asked in, where its endpoint speaks several. `capabilities`: what the model can
    do, where the catalogue does not know it.
    """

    id: Id
    provider: str
    endpoint: str = ""
    model: str
    region: str = ""
    credential: SecretRef | None = None
    base_url: str = ""
    dialect: str = ""
    capabilities: tuple[Capability, ...] = ()
    parameters: dict[str, str] = {}
    recipient: str = ""
    hosted_in: tuple[Place, ...] = ()
    accessible_from: tuple[Place, ...] | None = None
    operator_country: Place | None = None
    owner_country: Place | None = None
    weights_from: Place | None = None
    retention_days: Days | None = None
    trains_on_inputs: bool | None = None
    tariffs: tuple[Tariff, ...] = ()
    model_filed: bool | None = None
    model_modified: bool | None = False
    quality: Quality | None = None
    suspended: bool = False
    proxy: SecretRef | None = None
    connect_seconds: Seconds = 5
    first_byte_seconds: Seconds = 60
    idle_seconds: Seconds = 60
    total_seconds: Seconds = 600
    retries: Annotated[int, Meta(ge=0, le=5)] = 1


class Alias(Section, frozen=True, kw_only=True):
    """A name that applications use; the candidates in the order of preference at equal cost."""

    id: Id
    deployments: Annotated[tuple[Id, ...], Meta(min_length=1)]
    min_quality: Fraction = Decimal(0)


class TermList(Section, frozen=True, kw_only=True):
    """The enterprise's own terms of one kind (`person`, `project`, ...): written here, or one a line in a file."""

    kind: Id
    words: tuple[str, ...] = ()
    file: str = ""


class OwnPattern(Section, frozen=True, kw_only=True):
    """A pattern of the enterprise's own, found as `term.<kind>`: in the syntax of a linear-time engine.

    No look-around, no back-reference. With `whole` no Latin letter or digit may touch it.
    """

    kind: Id
    match: Annotated[str, Meta(min_length=1)]
    caseless: bool = False
    whole: bool = True
    strength: Literal["certain", "likely", "possible"] = "likely"


class ExactList(Section, frozen=True, kw_only=True):
    """A list of the enterprise's own people, made by `isthmus match build`, and its secret."""

    file: str
    secret: SecretRef


class Policy(Section, frozen=True, kw_only=True):
    """What the operator chooses beyond the law.

    `prose` looks for names and addresses in running text too: half a millisecond for a thousand characters.
    `sensitive` looks for what is said of someone's health, belief, whereabouts and the like: a tenth of that.
    """

    pseudonym_language: Literal["auto", "en", "zh"] = "auto"
    prose: bool = False
    sensitive: bool = False
    cost_currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "CNY"
    default_output_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] = 500
    keep_responses_days: Annotated[int, Meta(ge=0, le=3650)] = 0


class Config(Section, frozen=True, kw_only=True):
    """Everything an operator declares."""

    listen: Listen = Listen()
    store: Store = Store()
    limits: Limits = Limits()
    files: Files = Files()
    policy: Policy = Policy()
    providers: tuple[str, ...] = ()
    rates: str = ""
    packs: tuple[str, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    entities: Annotated[tuple[Entity, ...], Meta(min_length=1)]
    deployments: Annotated[tuple[Deployment, ...], Meta(min_length=1)]
    aliases: tuple[Alias, ...] = ()
    terms: tuple[TermList, ...] = ()
    patterns: tuple[OwnPattern, ...] = ()
    exact_lists: tuple[ExactList, ...] = ()


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that was read and checked, with the file that its paths and problems refer to."""

    config: Config
    document: Document

    @property
    def file(self) -> str:
        """The configuration's file, as it was given."""
        return self.document.file

    def path(self, name: str) -> Path:
        """`name` as a path, relative to the configuration's folder."""
        return (Path(self.file).resolve().parent / name).resolve()

    def store_url(self) -> str:
        """The store's address, with a relative SQLite file made absolute; raises `ConfigError` for a secret in it."""
        url, prefix = self.config.store.url, "sqlite:///"
        if url.startswith(("env:", "file:")):
            url = self.secret(url)
        elif _PASSWORD.search(url):
            raise ConfigError(
                "the store's address holds a password", where=self.file, remedy="write `url: env:NAME` or `file:PATH`"
            )
        return f"{prefix}{self.path(url.removeprefix(prefix))}" if url.startswith(prefix) else url

    def secret(self, reference: str) -> str:
        """The secret behind `env:NAME` or `file:PATH`; raises `ConfigError` naming the reference, never the value."""
        scheme, _, name = reference.partition(":")
        if scheme == "env":
            value = os.environ.get(name, "")
            if not value:
                raise ConfigError(f"`{reference}` is not set", where=self.file, remedy=f"set {name} and start again")
            return value
        try:
            value = self.path(name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"`{reference}` cannot be read: {getattr(error, 'strerror', 'not text')}",
                where=self.file,
                remedy="create it or correct the path",
            ) from None
        if not value:
            raise ConfigError(f"`{reference}` is empty", where=self.file, remedy="write the secret into it")
        return value


def read_config(file: Path) -> Loaded:
    """The checked configuration of `file`; raises `ConfigError` with every problem found."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}",
            where=str(file),
            remedy="correct its path, or write a first one with `isthmus init`",
        ) from None
    try:
        document = parse(text, str(file))
    except CatalogError as error:
        raise ConfigError(error.message, where=error.where, remedy=error.remedy, problems=(error,)) from None
    config, problems = convert_all(document, Config)
    if config is not None:
        problems = (*_duplicates(document, config), *_dangling(document, config), *_figures(document, config))
    raise_problems(problems, str(file))
    assert config is not None
    return Loaded(config=config, document=document)


def raise_problems(problems: tuple[CatalogError, ...], file: str) -> None:
    """Raise `ConfigError` with all problems, if there are any."""
    if problems:
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
        raise ConfigError(f"{count} in the configuration", where=file, problems=problems)


def unknown(document: Document, path: tuple[str | int, ...], what: str, name: str, known: list[str]) -> CatalogError:
    """A problem: `name` refers to nothing; with the nearest known name."""
    near = difflib.get_close_matches(name, known, n=1)
    remedy = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(known)[:12]) or 'none'}"
    return document.error(path, f"{what} `{name}` is not known", remedy)


def _duplicates(document: Document, config: Config) -> tuple[CatalogError, ...]:
    problems = []
    for section in ("purposes", "entities", "deployments", "aliases"):
        seen: set[str] = set()
        for index, row in enumerate(getattr(config, section)):
            if row.id in seen:
                problems.append(
                    document.error((section, index, "id"), f"`{row.id}` stands twice", "give each its own id")
                )
            seen.add(row.id)
    deployments = {row.id for row in config.deployments}
    for index, alias in enumerate(config.aliases):
        if alias.id in deployments or alias.id == "auto":
            problems.append(document.error(("aliases", index, "id"), f"`{alias.id}` already names something else"))
    return tuple(problems)


def _dangling(document: Document, config: Config) -> tuple[CatalogError, ...]:
    known = [row.id for row in config.deployments]
    return tuple(
        unknown(document, ("aliases", index, "deployments", place), "deployment", name, known)
        for index, alias in enumerate(config.aliases)
        for place, name in enumerate(alias.deployments)
        if name not in known
    )


def _figures(document: Document, config: Config) -> tuple[CatalogError, ...]:
    """Figures that a type alone does not bound: fractions, and the tariffs that deployments state."""
    problems = []
    for index, row in enumerate(config.deployments):
        if row.quality is not None:
            problems += fraction(document, ("deployments", index, "quality", "value"), row.quality.value)
        problems += [
            document.error(path, message, remedy)
            for path, message, remedy in check_tariffs(("deployments", index, "tariffs"), row.tariffs)
        ]
    for index, alias in enumerate(config.aliases):
        problems += fraction(document, ("aliases", index, "min_quality"), alias.min_quality)
    return tuple(problems)


def fraction(document: Document, path: tuple[str | int, ...], value: Decimal) -> list[CatalogError]:
    """A problem where `value` is not between 0 and 1."""
    if value.is_finite() and 0 <= value <= 1:
        return []
    return [document.error(path, f"`{value}` is not between 0 and 1", "write a figure such as 0.85")]
