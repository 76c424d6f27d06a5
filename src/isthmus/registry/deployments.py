"""A deployment as one value: what the configuration states, laid over what the provider's row knows.

What neither knows is None, which no rule takes as favourable.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

import msgspec

from isthmus.config import Deployment
from isthmus.dialects import embeddings, rerank
from isthmus.dialects.known import UPSTREAMS
from isthmus.errors import CatalogError
from isthmus.exchange import Destination
from isthmus.registry.offers import Endpoint, Model, Provider, Terms, address
from isthmus.registry.providers import Providers
from isthmus.registry.tariffs import Tariff

T = TypeVar("T")
# what is asked beside the main call: where, by the capability that says so; and the capability of a kind of model
BESIDE = {"embeddings": embeddings.BESIDE, "rerank": rerank.BESIDE}
MAKES = {"embedding": ("embeddings",), "rerank": ("rerank",)}


class Deployed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call could go, with all that deciding, routing and calling need to know of it.

    `speaks` are the wire forms it can be asked in, each with the full address of its main call, the preferred one
    first. `quality` is None where nobody measured it. `filed` says whether the model has a number under the mainland's
    generative-AI measures, `filed_until` the day by which the catalogue's word for that is to be looked at again.
    """

    row: Deployment
    destination: Destination
    speaks: dict[str, str]
    auth: str
    auth_header: str
    headers: dict[str, str]
    tariffs: tuple[Tariff, ...]
    quality: Decimal | None
    quality_source: str
    filed: bool | None
    filed_until: str
    terms: Terms | None
    retention_days: int | None
    trains_on_inputs: bool | None
    context: int | None
    capabilities: tuple[str, ...]

    @property
    def id(self) -> str:
        """The deployment's name in the configuration."""
        return self.row.id

    @property
    def name(self) -> str:
        """The model's concrete name, as `provider/model`."""
        return f"{self.row.provider}/{self.row.model}"


def deployed(row: Deployment, providers: Providers) -> Deployed:
    """The deployment of a configuration row; raises `CatalogError` for what the catalogue does not know."""
    provider = providers.provider(row.provider)
    endpoint = providers.endpoint(row.provider, row.endpoint)
    model = endpoint.model(row.model)
    if model is None and not endpoint.any_model and endpoint.models:
        model = providers.model(row.provider, endpoint.id, row.model)
    terms = endpoint.terms
    return Deployed(
        row=row,
        destination=_destination(row, endpoint, model),
        speaks=_with_others(_addresses(row, endpoint), row, model),
        auth=endpoint.access.auth,
        auth_header=endpoint.access.auth_header,
        headers=endpoint.access.headers,
        tariffs=row.tariffs or (model.tariffs if model else ()),
        quality=row.quality.value if row.quality else None,
        quality_source=row.quality.source if row.quality else "",
        filed=_filed(row, provider, model),
        filed_until=_filed_until(row, provider, model),
        terms=terms,
        retention_days=_stated(row.retention_days, terms.retention_days if terms else None),
        trains_on_inputs=_stated(row.trains_on_inputs, terms.trains_on_inputs if terms else None),
        context=model.context if model else None,
        capabilities=row.capabilities or (model.capabilities if model else ()),
    )


def filed_on(target: Deployed, day: str) -> bool | None:
    """Whether the model is filed; unknown once the review of the catalogue's word is overdue."""
    return None if target.filed_until and target.filed_until < day else target.filed


def _addresses(row: Deployment, endpoint: Endpoint) -> dict[str, str]:
    """The address of each wire form that both sides speak.

    One that the deployment states is not for a wire form with an address of its own, unless it names that form.
    Raises `CatalogError` where there is none, or where the deployment asks for one that the endpoint does not speak.
    """
    found: dict[str, str] = {}
    for speaks in endpoint.access.dialects:
        if speaks.dialect in UPSTREAMS and row.dialect in ("", speaks.dialect):
            base = row.base_url or speaks.base_url or endpoint.base_url
            whole = base.rstrip("/") + speaks.path if base else None
            given = {"region": row.region, **row.parameters, "model": "{model}"}  # the model is for the wire form
            found[speaks.dialect] = address(endpoint, given, stated=whole)
    if not found:
        known = ", ".join(speaks.dialect for speaks in endpoint.access.dialects)
        raise CatalogError(
            f"`{row.provider}` offers no wire form that is spoken here",
            remedy=f"choose another endpoint, or one of its wire forms: {known}",
        )
    if row.base_url and not row.dialect:
        own = {speaks.dialect for speaks in endpoint.access.dialects if speaks.base_url}
        found = {name: url for name, url in found.items() if name not in own} or found
    return found


def _with_others(found: dict[str, str], row: Deployment, model: Model | None) -> dict[str, str]:
    """With the addresses of embeddings and reranking beside the main calls, or these alone, as the model makes them."""
    stated = row.capabilities or (MAKES.get(model.kind, ()) if model is not None else ())
    beside = {
        name: url.removesuffix(end) + other
        for capability in stated
        for dialect, url in found.items()
        for name, (end, other) in BESIDE.get(capability, {}).get(dialect, {}).items()
        if url.endswith(end)
    }
    return beside if beside and set(stated) <= set(BESIDE) else found | beside


def _destination(row: Deployment, endpoint: Endpoint, model: Model | None) -> Destination:
    recipient, operator, owner = endpoint.recipient, endpoint.operator, endpoint.owner
    return Destination(
        deployment=row.id,
        model=row.model,
        provider=row.provider,
        recipient=row.recipient or (recipient.id if recipient else ""),
        hosted_in=row.hosted_in or endpoint.hosted_in(row.region, row.model) or (),
        accessible_from=_stated(row.accessible_from, endpoint.control.accessible_from if endpoint.control else None),
        operator_country=row.operator_country or (operator.country if operator else None),
        owner_country=row.owner_country or (owner.country if owner else None),
        weights_from=row.weights_from or (model.weights_from if model else None),
    )


def _filed(row: Deployment, provider: Provider, model: Model | None) -> bool | None:
    if row.model_filed is not None:
        return row.model_filed
    return True if model is not None and provider.filing(model) is not None else None


def _filed_until(row: Deployment, provider: Provider, model: Model | None) -> str:
    filing = provider.filing(model) if model is not None and row.model_filed is None else None
    return filing.review_by.isoformat() if filing is not None else ""


def _stated(stated: T | None, known: T | None) -> T | None:
    return known if stated is None else stated
