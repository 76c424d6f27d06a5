"""Builds a pipeline from a configuration, keeps its registry fresh, and speaks for it to a server."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from isthmus import __version__, metrics
from isthmus.attachments import readers_of
from isthmus.catalogues import Catalogues, load_catalogues
from isthmus.clock import now, uuid7
from isthmus.completions import as_chat, as_completion
from isthmus.delivery import Delivery
from isthmus.dialects.known import FORMS
from isthmus.dialects.refusals import decision_part
from isthmus.dialects.upstream import AskedForm
from isthmus.errors import (
    IsthmusError,
    LedgerError,
    MethodError,
    NotFoundError,
    OverBudgetError,
    OverloadedError,
    RefusedError,
)
from isthmus.exchange import Caller, HttpAnswer, HttpRequest
from isthmus.keeping import Keeper
from isthmus.listing import Listed, listed
from isthmus.offload import beside
from isthmus.pipeline import Pipeline, Settle
from isthmus.probing import Probed, probe
from isthmus.registry.declared import Declared
from isthmus.registry.deployments import Deployed
from isthmus.registry.keys import Key
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.routes import CHAT, KEPT, MODELS, Route, Service, dialect_of, route_of
from isthmus.steps.call import Client, Target, open_client, read_account, sign_with
from isthmus.steps.identify import authenticate
from isthmus.steps.receive import receive
from isthmus.steps.record import Ledger, entries, open_ledger
from isthmus.steps.route import TOKENIZER, estimate_tokens
from isthmus.store import RegistryRow, Store, last_row, open_store, registry_rows
from isthmus.verdicts import Verdicts

REGISTRY_POLL_S = 1.0
JSON = ("content-type", "application/json")
# credentials of which headers are made for each request
MADE = ("oauth", "sigv4", "tc3")
NO_HEADERS: Mapping[str, str] = {}


def _as_it_is(caller: Caller) -> Caller:
    return caller


class Asked(NamedTuple):
    """One request on its way to the service of its route."""

    request: HttpRequest
    route: Route
    call_id: str
    at: str


class Gateway:
    """One pipeline with its stores and connections, in one process."""

    def __init__(self, catalogues: Catalogues, store: Store, ledger: Ledger, client: Client) -> None:
        self._catalogues = catalogues
        self._store = store
        self._ledger = ledger
        self._client = client
        self._snapshot = snapshot(catalogues.declared, registry_rows(store), versions=catalogues.versions)
        self._registry_age = "fresh"
        config = catalogues.declared.loaded.config
        verdicts = self._verdicts = Verdicts(catalogues.rulebook, ledger.tallies, size=config.limits.decisions)
        delivery = Delivery(
            ledger=ledger,
            verdicts=verdicts,
            scanner=catalogues.scanner,
            labels=catalogues.labels,
            client=client,
            targets=_targets(catalogues.declared),
            language=config.policy.pseudonym_language,
        )
        self._readers = readers_of(config.files)
        self._pipeline = Pipeline(
            current=lambda: self._snapshot,
            scanner=catalogues.scanner,
            readers=self._readers,
            verdicts=verdicts,
            delivery=delivery,
            ledger=ledger,
            limits=config.limits,
            policy=config.policy,
        )
        secrets = {name: keys.kept for name, keys in catalogues.declared.keys.items()}
        self._keeper = Keeper(store, secrets, days=config.policy.keep_responses_days)
        self._serve: dict[Service, Callable[[Asked], Awaitable[HttpAnswer]]] = {
            "answer": self._answer,
            "respond": self._respond,
            "complete": self._complete,
            "count": self._count,
            "models": self._models,
            "model": self._models,
            **dict.fromkeys(KEPT.values(), self._kept),
        }
        self._poll = asyncio.create_task(self._keep_fresh())

    async def handle(self, request: HttpRequest, *, at: str) -> HttpAnswer:
        """Answer one request; every error is answered in the dialect of its path."""
        call_id = uuid7()
        try:
            route = route_of(request.method, request.path, request.query)
            answer = await self._serve[route.service](Asked(request, route, call_id, at))
        except IsthmusError as error:
            metrics.count(metrics.CALLS, error.code)
            return self.error(
                error, path=request.path, call_id=call_id, language=_language(request), headers=request.headers
            )
        metrics.count(metrics.CALLS, "answered")
        return answer

    def error(
        self,
        error: IsthmusError,
        *,
        path: str,
        call_id: str = "",
        language: str = "en",
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> HttpAnswer:
        """An error in the form of the dialect that path and headers speak; a refusal tells SDKs not to try again."""
        told = [JSON, ("x-isthmus-error", error.code)]
        if call_id:
            told.append(("x-isthmus-call", call_id))
        if isinstance(error, OverBudgetError | OverloadedError):
            told.append(("retry-after", str(error.retry_after)))
        elif isinstance(error, MethodError):
            told.append(("allow", error.allowed))
        elif not isinstance(error, LedgerError):
            told.append(("x-should-retry", "false"))
        body = dialect_of(path, headers).error_body(error, call_id=call_id, lang=language)
        return HttpAnswer(status=error.status, headers=tuple(told), body=body)

    def ready(self) -> dict[str, Any]:
        """Whether calls can be served now, and on what footing."""
        return {
            "ready": not self._ledger.failure,
            "why": self._ledger.failure,
            "version": __version__,
            "durability": self._ledger.mode,
            "ledger_backlog": self._ledger.backlog,
            "ledger_longest_wait_ms": self._ledger.longest_wait_ms,
            "checkpoints": self._ledger.witness_failure or "kept",
            "registry": self._registry_age,
            "snapshot": self._snapshot.version,
        }

    async def close(self) -> None:
        """Finish what is queued, sign a last checkpoint, close stores and connections."""
        self._poll.cancel()
        self._publish()
        self._readers.close()
        await self._client.close()
        await self._ledger.close()
        self._store.close()

    async def _answer(self, asked: Asked, settle: Settle = _as_it_is) -> HttpAnswer:
        request, route, call_id, at = asked
        return await self._pipeline.answer(request, route.dialect, settle, call_id=call_id, at=at, named=route.named)

    async def _complete(self, asked: Asked) -> HttpAnswer:
        chat = await beside(partial(as_chat, asked.request, path=CHAT), len(asked.request.body))
        return as_completion(await self._answer(asked._replace(request=chat)))

    async def _respond(self, asked: Asked) -> HttpAnswer:
        if not self._keeper.days:
            return await self._answer(asked)

        async def answering(request: HttpRequest, settle: Settle) -> HttpAnswer:
            return await self._answer(asked._replace(request=request), settle)

        key = self._key(asked)
        return await self._keeper.respond(asked.request, key, answering, call_id=asked.call_id, today=asked.at[:10])

    async def _kept(self, asked: Asked) -> HttpAnswer:
        found = await self._keeper.shown(asked.route, self._key(asked), today=asked.at[:10], query=asked.request.query)
        return HttpAnswer(status=200, headers=(JSON,), body=msgspec.json.encode(found))

    def _key(self, asked: Asked) -> Key:
        request = asked.request
        return authenticate(request.headers, self._snapshot.keys, today=asked.at[:10], query=request.query)

    async def _count(self, asked: Asked) -> HttpAnswer:
        """An estimate of the tokens of a request; it is made here, for asking a deployment would be a send."""
        self._key(asked)
        request, route, at = asked.request, asked.route, asked.at
        limits = self._catalogues.declared.loaded.config.limits
        read = partial(receive, request, route.dialect, call="", at=at, limits=limits, counting=True, **route.named)
        call, _ = await beside(read, len(request.body))
        assert route.dialect.count_body is not None
        how = ("x-isthmus-usage", f"estimated; tokenizer={TOKENIZER}")
        return HttpAnswer(status=200, headers=(JSON, how), body=route.dialect.count_body(estimate_tokens(call.slots)))

    async def _models(self, asked: Asked) -> HttpAnswer:
        """The names that are open to a key now; with `why=true` in the query also what closes the others."""
        key, request, one = self._key(asked), asked.request, asked.route.named.get("model")
        found = await listed(self._verdicts, self._snapshot, key, request.headers, call=asked.call_id, at=asked.at)
        dialect = dialect_of(request.path, request.headers)
        if one is None:
            body = dialect.models_body([{"id": name, "owned_by": owner} for name, owner in found.open.items()])
            return HttpAnswer(status=200, headers=(JSON,), body=_with_closed(body, found, request.query))
        if one in found.closed:
            raise RefusedError(
                f"the law or a contract term does not let this key use `{one}` now",
                decisions=found.closed[one],
                lawful=tuple(found.open),
                neutral=found.neutral,
            )
        if one not in found.open:
            raise NotFoundError("no model has this name", where="model", remedy=f"GET {MODELS} lists the names")
        row = {"id": one, "owned_by": found.open[one]}
        return HttpAnswer(status=200, headers=(JSON,), body=msgspec.json.encode(dialect.model(row)))

    def _newer(self) -> tuple[list[RegistryRow], Snapshot] | None:
        """The rows of the store and their snapshot, or nothing where no row was added; blocks."""
        self._keeper.tidy(now()[:10])
        if last_row(self._store) == self._snapshot.seq:
            return None
        rows = registry_rows(self._store)
        return rows, snapshot(self._catalogues.declared, rows, versions=self._catalogues.versions)

    async def _keep_fresh(self) -> None:
        """Take new rows of the registry within a second; while the store cannot be read, the last snapshot holds."""
        while True:
            await asyncio.sleep(REGISTRY_POLL_S)
            self._publish()
            try:
                found = await asyncio.to_thread(self._newer)
            except LedgerError:
                self._registry_age = "stale: the store cannot be read"
                continue
            self._registry_age = "fresh"
            if found is not None:
                rows, before = found[0], self._snapshot.seq
                self._snapshot = found[1]
                await self._note([row for row in rows if row.seq > before])

    def _publish(self) -> None:
        metrics.BACKLOG.set(self._ledger.backlog)
        metrics.LONGEST_WAIT.set(self._ledger.longest_wait_ms)
        metrics.publish()

    async def _note(self, rows: list[RegistryRow]) -> None:
        """Record that this process decides by these rows from now on."""
        told = [{"seq": row.seq, "what": row.what, "id": row.id, "digest": _digest(row.content)} for row in rows]
        names = sorted({row.by for row in rows})
        try:
            entry = entries.registry_applied(at=now(), by=", ".join(names), rows=told)
            await self._ledger.append(entry, durable=False)
        except LedgerError:
            metrics.count(metrics.UNRECORDED)


async def build(config_file: str) -> Gateway:
    """The gateway of a configuration file; raises `ConfigError`, `CatalogError` or `LedgerError`."""
    catalogues = load_catalogues(Path(config_file))
    declared = catalogues.declared
    loaded, settings = declared.loaded, declared.loaded.config.store
    store = open_store(loaded.store_url())
    ledger = await open_ledger(
        loaded.store_url(),
        witness=loaded.path(settings.checkpoints),
        signer=loaded.secret(settings.signer).encode(),
        origin=settings.origin,
        person_keys={name: (keys.persons_id, keys.persons) for name, keys in declared.keys.items()},
        checkpoint_every_s=settings.checkpoint_every_s,
    )
    return Gateway(catalogues, store, ledger, open_client())


async def probed(declared: Declared, names: tuple[str, ...] = ()) -> list[Probed]:
    """What deployments answer to a few questions of fixed words; without names all of them are asked."""
    async with open_client() as client:
        return await probe(client, declared, _targets(declared), names)


def _targets(declared: Declared) -> dict[tuple[str, str, bool], Target]:
    """Where each deployment is called in each wire form that it speaks, for whole and for streamed answers."""
    return {
        (row.id, name, stream): _target(declared, row, FORMS[name], url, stream=stream)
        for row in declared.deployments.values()
        for name, url in row.speaks.items()
        for stream in (False, True)
    }


def _target(declared: Declared, row: Deployed, dialect: AskedForm, url: str, *, stream: bool) -> Target:
    """Where a deployment is called, with its credential."""
    credential = declared.credentials.get(row.id, "")
    added = dialect.stream_headers if stream else {}
    headers = [*(dialect.headers | added | row.headers).items(), JSON]
    if credential and row.auth not in MADE:
        headers.append(_key(row, dialect, credential))
    return Target(
        url=dialect.address(url, row.row.model, stream),
        headers=tuple(headers),
        proxy=declared.proxies.get(row.id),
        connect_s=row.row.connect_seconds,
        first_byte_s=row.row.first_byte_seconds,
        idle_s=row.row.idle_seconds,
        total_s=row.row.total_seconds,
        answer_bytes=declared.loaded.config.limits.answer_bytes,
        sign=sign_with(row.auth, credential, region=row.row.region) if credential else None,
        account=read_account(credential) if credential and row.auth == "oauth" else None,
    )


def _key(row: Deployed, dialect: AskedForm, credential: str) -> tuple[str, str]:
    """The header that carries a key."""
    if row.auth == "header":
        return row.auth_header, credential
    return (dialect.key_header, credential) if dialect.key_header else ("authorization", f"Bearer {credential}")


def _with_closed(body: bytes, found: Listed, query: str) -> bytes:
    """The list, with what closes the other names where the query asks why."""
    if parse_qs(query).get("why") != ["true"]:
        return body
    closed = {
        name: [decision_part(deployment, decision, found.neutral) for deployment, decision in decisions]
        for name, decisions in found.closed.items()
    }
    return msgspec.json.encode({**msgspec.json.decode(body), "isthmus": {"closed": closed}})


def _digest(content: Any) -> str:
    """The SHA-256 of a row's JSON with sorted keys."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _language(request: HttpRequest) -> str:
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
