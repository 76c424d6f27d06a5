"""Many callers at a threshold of the law: gateways on one store let exactly the last lawful person out."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.gateway.conftest import House

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.gateway import build
from isthmus.store import NewRow, append_registry, open_store, person_counts

CALLERS, KEPT = 64, 50  # a simulated deployment remembers so many requests
# What the year holds, who receives, and whether the 64 next persons are sensitive: the last one that may leave.
# `abroad` has a filed standard contract; `elsewhere` has everything but a contract.
THRESHOLDS = [
    ("elsewhere", "general", 99_998, 99_999),
    ("abroad", "general", 99_999, 100_063),
    ("abroad", "general", 999_998, 999_999),
    ("elsewhere", "sensitive", 0, 0),
    ("abroad", "sensitive", 9_998, 9_999),
]
SIMULATED = {"abroad": "mistral-frankfurt", "elsewhere": "vllm-singapore"}
ACTS = [
    {"id": "pia-2", "kind": "impact_assessment", "entity": "sh", "recipient": "nobody", "valid_from": "2026-01-01"},
    {"id": "notice-2", "kind": "notice", "entity": "sh", "recipient": "nobody", "valid_from": "2026-01-01"},
]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Nothing for the house's own file, or a database."""
    return str(request.getfixturevalue("database")) if request.param == "postgresql" else ""


@asynccontextmanager
async def houses(folder: Path, store_url: str, category: str, held: int) -> AsyncIterator[tuple[House, House]]:
    """Two gateways on one store whose year already holds so many persons."""
    async with Ecosystems() as ecosystems:
        house = House(folder, ecosystems, store_url)
        house.write()
        store = open_store(read_config(house.config).store_url())
        acts = [NewRow(what="act", id=act["id"], content=act) for act in ACTS]
        append_registry(store, acts, at=now(), by="tester")
        with store.engine.connect() as connection:
            connection.exec_driver_sql(
                "INSERT INTO scopes (id, entity, scheme, period, counterparty, categories, as_of, tallies) VALUES"
                f" (1, 'sh', 'cn.export', '{now()[:4]}', '', '[\"sensitive\",\"general\"]', '',"
                f" '{{\"{category}\":{held}}}')"
            )
            connection.exec_driver_sql("UPDATE tip SET next_scope = 2")
        store.close()
        house.gateway = await build(str(house.config))
        other = copy.copy(house)
        other.gateway = await build(str(house.config))
        try:
            yield house, other
        finally:
            await asyncio.gather(house.gateway.close(), other.gateway.close())


def person(category: str, number: int) -> str:
    """A made-up person by a mobile number, or by a resident identity number with its check digit."""
    if category == "general":
        return f"客户手机139{number:08d}，请回电。"
    digits = f"110101199003{number // 1000 + 10:02d}{number % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    return f"客户身份证号{digits}{check}，请核对。"


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda row: f"{row[0]}-{row[1]}-{row[3]}")
async def test_the_last_lawful_person_leaves_and_no_other(
    tmp_path: Path, store_url: str, threshold: tuple[str, str, int, int]
):
    """64 callers at once, each with a person of his own, half of them at each gateway."""
    deployment, category, held, last = threshold
    async with houses(tmp_path, store_url, category, held) as both:
        answers = await asyncio.gather(
            *(both[number % 2].chat(person(category, number), deployment) for number in range(CALLERS))
        )
        statuses = [answer.status for answer in answers]
        assert sorted(set(statuses) - {200, 451}) == [], [a.body for a in answers if a.status not in (200, 451)][:1]
        assert statuses.count(200) == last - held
        assert len(both[0].sent(SIMULATED[deployment])) == min(KEPT, last - held)
        store = open_store(read_config(both[0].config).store_url())
        (counts,) = [row for row in person_counts(store) if row.scheme == "cn.export"]
        store.close()
        assert counts.persons[category] == last
