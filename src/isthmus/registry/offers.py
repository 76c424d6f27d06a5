"""The provider catalogue: who sells which model at which address, who runs and owns it, where, on what terms and price.

One YAML file per seller, in the package and in folders of the operator's own; being in the folder is the registration.
Facts stand in groups, and each group says where it was read, when, how sure we are and when to look again. What was not
found is absent and means *unknown* (None): never a guess, never favourable. Three ids are never merged: the *provider*
sells, the *recipient* is the legal entity that receives, the *deployment* (configuration) is what one enterprise uses.

    Provider ─ Listing, Filing (by name)
       └─ Endpoint ─ Access, Control, Terms, Region
             └─ Model ─ Tariff
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from isthmus.errors import CatalogError
from isthmus.facts import Place
from isthmus.registry.tariffs import Row, Sourced, Tariff, Text

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+([-_.][a-z0-9]+)*$")]
Ecosystem = Literal["mainland", "abroad", "any"]
Dialect = Literal[
    "openai_chat",
    "openai_responses",
    "anthropic",
    "gemini",
    "dashscope",
    "dashscope_multimodal",
    "bedrock",
    "cohere",
    "ollama",
    "hunyuan",
]
Auth = Literal["bearer", "header", "query", "sigv4", "tc3", "oauth", "none"]
Modality = Literal["text", "image", "audio", "video", "file", "embedding", "score"]
Capability = Literal[
    "streaming",
    "tools",
    "structured_output",
    "json_mode",
    "reasoning",
    "prompt_cache",
    "batch",
    "web_search",
    "logprobs",
    "embeddings",
    "rerank",
]
Share = Annotated[float, Meta(ge=0, le=100)]
T = TypeVar("T")
_PARAMETER = re.compile(r"\{([a-z_]+)\}")


class Name(Row, frozen=True, kw_only=True):
    """A name in both languages."""

    en: Text
    zh: Text


class Party(Row, frozen=True, kw_only=True):
    """A company and the country of its seat."""

    name: Text
    country: Place | None = None


class Recipient(Row, frozen=True, kw_only=True):
    """The legal entity that receives what is sent: the other party of contracts and counts."""

    id: Id
    name: Text
    country: Place | None = None


class Speaks(Row, frozen=True, kw_only=True):
    """A wire form that an endpoint understands, and the path of its main call below the address.

    `base_url` is given where this form has an address of its own.
    """

    dialect: Dialect
    path: Text
    base_url: str | None = None


class Timeouts(Row, frozen=True, kw_only=True):
    """Seconds that this seller may take, where its own documents ask for more than the configuration's defaults."""

    connect: float | None = None
    first_byte: float | None = None
    idle: float | None = None
    total: float | None = None


class Access(Sourced, frozen=True, kw_only=True):
    """How the endpoint is reached.

    `base_url` may hold parameters such as `{region}`, which a deployment fills in; absent: the deployment states it.
    `auth_header` is the header (or query member) that carries the credential where `auth` is header or query.
    """

    dialects: tuple[Speaks, ...]
    base_url: str | None = None
    auth: Auth = "bearer"
    auth_header: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    timeouts: Timeouts = Timeouts()
    quirks: dict[str, str] = msgspec.field(default_factory=dict)


class Control(Sourced, frozen=True, kw_only=True):
    """Who is behind the endpoint: residency and sovereignty.

    `hosted_in` is where inference and logs are, `accessible_from` from where staff can reach them besides; None is
    unknown. `owner` is the ultimate parent.
    """

    operator: Party | None = None
    recipient: Recipient | None = None
    owner: Party | None = None
    hosted_in: tuple[Place, ...] | None = None
    accessible_from: tuple[Place, ...] | None = None


class Terms(Sourced, frozen=True, kw_only=True):
    """What the seller's terms say: keeping, training, whom it serves.

    `owner_rule_percent`: entities owned above this share from a blocked region are refused, wherever they are.
    """

    retention_days: Annotated[int, Meta(ge=0)] | None = None
    trains_on_inputs: bool | None = None
    blocked_regions: tuple[Place, ...] | None = None
    supported_regions: tuple[Place, ...] | None = None
    owner_rule_percent: Share | None = None
    note: str = ""


class Region(Row, frozen=True, kw_only=True):
    """A region that a deployment may name, and the places where it processes; None: anywhere the seller likes."""

    id: Text
    hosted_in: tuple[Place, ...] | None = None


class Filing(Sourced, frozen=True, kw_only=True):
    """A generative-AI filing or registration with the mainland authority, and the algorithm filing beside it."""

    kind: Literal["filing", "registration"]
    number: str | None = None
    date: date | None = None
    algorithm: str | None = None


class Listing(Sourced, frozen=True, kw_only=True):
    """A government list that names the seller or its parent."""

    list: Literal["us_entity_list", "us_1260h", "us_ns_cmic"]
    since: date | None = None


class Model(Sourced, frozen=True, kw_only=True):
    """A model as this endpoint names it: provenance and limits (tokens), with its dated prices.

    `filing` names one of the provider's filings. `kind` is what it is asked with.
    """

    id: Text
    kind: Literal["chat", "embedding", "rerank", "image", "speech", "transcription", "video"] = "chat"
    weights_from: Place | None = None
    licence: str | None = None
    filing: str | None = None
    context: Annotated[int, Meta(gt=0)] | None = None
    max_output: Annotated[int, Meta(gt=0)] | None = None
    modalities: tuple[Modality, ...] = ()
    languages: tuple[str, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    status: Literal["current", "preview", "deprecated", "limited", "unverified"] = "current"
    retires_on: date | None = None
    tariffs: tuple[Tariff, ...] = ()
    note: str = ""


class Endpoint(Row, frozen=True, kw_only=True):
    """One address of a seller with the facts that hold for it.

    `any_model`: it serves whatever model the deployment names, so the deployment states that model's facts.
    `self_hosted`: the enterprise runs it, so hosting, operator and recipient come from the deployment. `roaming`: how
    names of models begin that are processed beyond the region that was asked.
    """

    id: Id
    access: Access
    control: Control | None = None
    terms: Terms | None = None
    regions: tuple[Region, ...] = ()
    models: tuple[Model, ...] = ()
    any_model: bool = False
    self_hosted: bool = False
    roaming: tuple[Text, ...] = ()

    @property
    def base_url(self) -> str | None:
        """The address, parameters and all."""
        return self.access.base_url

    @property
    def parameters(self) -> tuple[str, ...]:
        """What a deployment has to fill into the address."""
        return tuple(dict.fromkeys(_PARAMETER.findall(self.access.base_url or "")))

    @property
    def operator(self) -> Party | None:
        """Who runs it."""
        return self.control.operator if self.control else None

    @property
    def recipient(self) -> Recipient | None:
        """The legal entity that receives."""
        return self.control.recipient if self.control else None

    @property
    def owner(self) -> Party | None:
        """The ultimate parent."""
        return self.control.owner if self.control else None

    def hosted_in(self, region: str = "", model: str = "") -> tuple[str, ...] | None:
        """Where inference and logs are, in that region if one is named, for that model; None is unknown."""
        if self.roaming and model.startswith(self.roaming):
            return None
        if region and self.regions:
            return find(region, {row.id: row for row in self.regions}, "region").hosted_in
        return self.control.hosted_in if self.control else None

    def speaks(self, dialect: str) -> Speaks | None:
        """How the endpoint is asked in that wire form; None where it does not speak it."""
        return next((row for row in self.access.dialects if row.dialect == dialect), None)

    def model(self, name: str) -> Model | None:
        """The model of that name; None where the catalogue does not know it."""
        return next((row for row in self.models if row.id == name), None)


class Provider(Row, frozen=True, kw_only=True):
    """A seller of models. `replaces`: this file stands in for a packaged one of the same id."""

    id: Id
    name: Name
    ecosystem: Ecosystem
    endpoints: tuple[Endpoint, ...]
    website: str = ""
    filings: dict[str, Filing] = msgspec.field(default_factory=dict)
    listings: tuple[Listing, ...] = ()
    replaces: bool = False
    unverified: str = ""

    def filing(self, model: Model) -> Filing | None:
        """The filing that covers the model; None where none is known."""
        return self.filings.get(model.filing) if model.filing else None


def address(endpoint: Endpoint, given: Mapping[str, str], *, stated: str | None = None) -> str:
    """The endpoint's address with the deployment's parameters in it; raises `CatalogError` for what is missing."""
    url = stated or endpoint.base_url
    if not url:
        raise CatalogError("this endpoint has no address of its own", remedy="state `base_url` in the deployment")
    missing = [name for name in _PARAMETER.findall(url) if not given.get(name)]
    if missing:
        raise CatalogError(f"the address needs `{missing[0]}`", remedy=f"state `{missing[0]}` in the deployment")
    whole = _PARAMETER.sub(lambda found: given[found[1]], url)
    if not _is_address(whole):
        raise CatalogError("this is no address of an HTTP server", remedy="write it as `https://host/path`")
    return whole


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return found and not any(sign.isspace() or not sign.isprintable() for sign in url)


def find(name: str, rows: Mapping[str, T], what: str) -> T:
    """The row of that name; raises `CatalogError` that suggests a near one."""
    if name in rows:
        return rows[name]
    raise CatalogError(f"no {what} is called `{name}`", remedy=suggest(name, rows))


def suggest(name: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: the nearest known one, or all of them where they are few."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    few = f"expected one of {', '.join(known)}" if 0 < len(known) <= 12 else "see `isthmus providers list`"
    return few if known else "none is known"
