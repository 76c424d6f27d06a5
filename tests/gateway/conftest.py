"""A gateway in this process, before the two simulated ecosystems, with a store, keys and contracts of its own."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.apps.demo.simulated.deployments import DEPLOYMENTS
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.dialects.known import OWN
from isthmus.exchange import HttpAnswer, HttpRequest
from isthmus.gateway import Gateway, build
from isthmus.registry.file import read_registry, rows_of
from isthmus.registry.keys import digest
from isthmus.steps.record import new_signer
from isthmus.store import NewRow, append_registry, entry_bodies, open_store

CONFIG = """
purposes: [{{id: drafting, basis: contract}}, {{id: other, basis: contract}}]
entities:
  - {{id: sh, name: Shanghai, jurisdiction: cn, city: Shanghai, secret: "file:sh.txt"}}
  - {{id: sg, name: Singapore, jurisdiction: sg, secret: "file:sg.txt"}}
deployments:
  - &&home&&
  - {{id: home-dear, provider: self_hosted, endpoint: vllm, model: m-dear, base_url: "{vllm-shanghai}", recipient: sh,
     hosted_in: [cn], accessible_from: [], operator_country: cn, owner_country: cn, trains_on_inputs: false,
     quality: {{value: 0.9, source: test}}, tariffs: [{{currency: CNY, tiers: [{{input: "20", output: "60"}}],
     source: test, verified_at: 2026-11-25, confidence: low, review_by: 2099-01-01}}]}}
  - {{id: abroad, provider: self_hosted, endpoint: vllm, model: m-abroad, base_url: "{mistral-frankfurt}",
     recipient: group-de, hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de,
     trains_on_inputs: false, retries: 1, connect_seconds: 1, first_byte_seconds: 1, idle_seconds: 1,
     quality: {{value: 0.8, source: test}}}}
  - {{id: elsewhere, provider: self_hosted, endpoint: vllm, model: m-else, base_url: "{vllm-singapore}",
     recipient: nobody, hosted_in: [sg], accessible_from: [], operator_country: sg, owner_country: sg,
     trains_on_inputs: false, retries: 0, connect_seconds: 1, first_byte_seconds: 1}}
aliases:
  - {{id: house, deployments: [home, home-dear]}}
  - {{id: both, deployments: [abroad, elsewhere]}}
terms: [{{kind: person, words: [周建国, Hannelore Weber]}}]
store: {{signer: "file:signer.pem"}}
limits: {{body_bytes: 200000, depth: 30}}
"""
HOME = """{{id: home, provider: self_hosted, endpoint: vllm, model: m-home, base_url: "{qwen-beijing}", recipient: sh,
     hosted_in: [cn], accessible_from: [], operator_country: cn, owner_country: cn, trains_on_inputs: false,
     quality: {{value: 0.7, source: test}}, tariffs: [{{currency: CNY, tiers: [{{input: "2", output: "6"}}],
     source: test, verified_at: 2026-11-25, confidence: low, review_by: 2099-01-01}}]}}"""
REGISTRY = """
by: tester
acts:
  - {id: scc, kind: standard_contract, entity: sh, recipient: group-de, valid_from: 2026-01-01, filed_on: 2026-01-05}
  - {id: pia, kind: impact_assessment, entity: sh, recipient: group-de, valid_from: 2026-01-01}
  - {id: notice, kind: notice, entity: sh, recipient: group-de, valid_from: 2026-01-01}
  - {id: app, kind: application_registered, entity: sh, valid_from: 2026-01-01}
"""
KEYS: dict[str, dict[str, Any]] = {
    "app": {
        "entity": "sh",
        "choices": [
            {"fact": "purpose", "values": ["drafting"], "default": "drafting"},
            {"fact": "audience", "values": ["internal", "public"], "default": "internal"},
        ],
    },
    "attesting": {
        "entity": "sh",
        "attests": ["persons", "consents", "instruments"],
        "choices": [{"fact": "purpose", "values": ["drafting"], "default": "drafting"}],
    },
    "vouched": {
        "entity": "sh",
        "choices": [{"fact": "purpose", "values": ["drafting", "other"], "default": "drafting"}],
        "media": [{"medium": "image", "purpose": "drafting", "by": "DPO"}],
    },
    "narrow": {"entity": "sh", "models": ["home"], "choices": []},
    "old": {"entity": "sh", "expires": "2020-01-01", "choices": []},
    "asia": {"entity": "sg", "choices": [], "located_in": "sg"},
}


class Answer(msgspec.Struct, frozen=True):
    """What a client got: the whole body, and its pieces where it was a stream."""

    status: int
    headers: dict[str, str]
    body: bytes
    pieces: tuple[bytes, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        lines = [line[6:] for line in self.body.decode().split("\n") if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]

    @property
    def text(self) -> str:
        """The joined content of a stream, or the content of a whole answer."""
        if self.pieces:
            return "".join(c["delta"].get("content") or "" for event in self.events for c in event.get("choices", ()))
        return str(self.json["choices"][0]["message"]["content"])


class House:
    """The gateway with its surroundings."""

    def __init__(self, folder: Path, ecosystems: Ecosystems, store_url: str = "") -> None:
        self.folder = folder
        self.ecosystems = ecosystems
        self.store = f'url: "{store_url}", ' if store_url else ""
        self.keys = {name: f"isk_{os.urandom(8).hex()}" for name in KEYS}
        self.gateway: Gateway

    @property
    def config(self) -> Path:
        return self.folder / "isthmus.yaml"

    def write(self) -> None:
        urls = {name: self.ecosystems.base_url(name) for name in self.ecosystems.deployments}
        config = CONFIG.replace("&&home&&", HOME).format(**urls)
        self.config.write_text(config.replace("store: {", f"store: {{{self.store}"), encoding="utf-8")
        (self.folder / "registry.yaml").write_text(REGISTRY, encoding="utf-8")
        (self.folder / "signer.pem").write_bytes(new_signer())
        for name in ("sh", "sg"):
            (self.folder / f"{name}.txt").write_text(os.urandom(32).hex(), encoding="utf-8")
        loaded = read_config(self.config)
        rows = rows_of(read_registry(self.folder / "registry.yaml", loaded.config))
        rows += [
            NewRow(what="key", id=name, content={"id": name, "hash": digest(self.keys[name]), **key})
            for name, key in KEYS.items()
        ]
        store = open_store(loaded.store_url())
        append_registry(store, rows, at=now(), by="tester")
        store.close()

    async def ask(
        self,
        body: Any,
        *,
        key: str = "app",
        path: str = "/v1/chat/completions",
        method: str = "POST",
        query: str = "",
        **headers: str,
    ) -> Answer:
        """One request; `body` is JSON, or bytes that are sent as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json", **{n.replace("_", "-"): v for n, v in headers.items()}}
        if key:
            sent["authorization"] = f"Bearer {self.keys.get(key, key)}"
        request = HttpRequest(method=method, path=path, query=query, headers=sent, body=data)
        return await read(await self.gateway.handle(request, at=now()))

    async def chat(self, text: str, model: str = "home", *, key: str = "app", **more: Any) -> Answer:
        """A chat with one message of the user."""
        return await self.ask({"model": model, "messages": [{"role": "user", "content": text}], **more}, key=key)

    def sent(self, deployment: str) -> list[Any]:
        """The bodies that reached a simulated deployment."""
        return [json.loads(each.body) for each in self.ecosystems.received(deployment)]

    async def until_sent(self, deployment: str) -> None:
        """Wait until a request reached a simulated deployment."""
        await self.until(lambda: bool(self.sent(deployment)))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something in this process or its files has changed; fails after 10 seconds."""
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 - what changes has no event to wait for
                await asyncio.sleep(0.01)

    async def entries(self) -> list[dict[str, Any]]:
        """Every entry of the ledger; the gateway is closed for it."""
        await self.gateway.close()
        store = open_store(read_config(self.config).store_url())
        try:
            return [json.loads(each) for each in entry_bodies(store)]
        finally:
            store.close()


async def read(answer: HttpAnswer) -> Answer:
    """An answer as a client reads it, to the end."""
    headers = dict(answer.headers)
    if isinstance(answer.body, bytes):
        return Answer(answer.status, headers, answer.body)
    pieces = [piece async for piece in answer.body]
    await answer.body.aclose()
    return Answer(answer.status, headers, b"".join(pieces), tuple(pieces))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A gateway in its surroundings, closed afterwards."""
    swift = (msgspec.structs.replace(row, latency_s=0.005, gap_s=0.0005) for row in DEPLOYMENTS)
    async with Ecosystems(swift) as ecosystems:
        made = House(tmp_path, ecosystems)
        made.write()
        made.gateway = await build(str(made.config))
        try:
            yield made
        finally:
            await made.gateway.close()


ABROAD = """  - {{id: {name}, provider: self_hosted, endpoint: any, dialect: {way}, model: far,
     base_url: "{base}", recipient: group-de, hosted_in: [de], accessible_from: [], operator_country: de,
     owner_country: de, trains_on_inputs: false, capabilities: {capabilities}}}
"""
WAYS = ("openai_chat", "openai_responses", "anthropic", "gemini")


@pytest.fixture
async def with_deployments(house: House) -> Callable[..., Awaitable[House]]:
    """Puts deployments abroad into the house: each a name, a wire form and capabilities."""

    async def put(*rows: tuple[str, str, str]) -> House:
        base = house.ecosystems.base_url("mistral-frankfurt")
        made = [
            ABROAD.format(name=name, way=way, base=base, capabilities=capabilities) for name, way, capabilities in rows
        ]
        text = house.config.read_text(encoding="utf-8").replace("aliases:", f"{''.join(made)}aliases:", 1)
        house.config.write_text(text, encoding="utf-8")
        await house.gateway.close()
        house.gateway = await build(str(house.config))
        return house

    return put


@pytest.fixture
async def pairs(with_deployments: Callable[..., Awaitable[House]]) -> House:
    """The house with one deployment abroad for each wire form."""
    can = "[tools, reasoning, structured_output, json_mode]"
    return await with_deployments(*((f"out-{way.replace('_', '-')}", way, can) for way in WAYS))


@pytest.fixture
async def owns(with_deployments: Callable[..., Awaitable[House]]) -> House:
    """The house with one deployment abroad for each wire form of a single vendor."""
    can = "[tools, reasoning, structured_output, json_mode]"
    return await with_deployments(*((f"out-{way.replace('_', '-')}", way, can) for way in OWN))
