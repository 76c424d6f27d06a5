"""Decisions of live calls: remembered on everything they rest on, and exact at the thresholds of a real ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.steps.record.ledger_parts import SIGNER, opened

from isthmus.catalogues import JURISDICTIONS
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.errors import BandCrossedError
from isthmus.exchange import Caller, Finding, Part, People, Person, Reservation, Scan, Unscanned
from isthmus.registry.acts import Act
from isthmus.registry.declared import Declared, declare
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.steps.decide import Rulebook, load_rulebook
from isthmus.steps.record import Ledger, open_ledger
from isthmus.verdicts import Judgement, Matter, Verdicts

CONFIG = """
purposes: [{id: drafting, basis: contract}, {id: travel, basis: contract}]
entities:
  - {id: sh, name: Shanghai, jurisdiction: cn, secret: file:secret}
  - {id: bj, name: Beijing, jurisdiction: cn, secret: file:secret}
deployments:
  - {id: home, provider: self_hosted, endpoint: vllm, model: m, base_url: "http://127.0.0.1:9/v1", recipient: sh,
     hosted_in: [cn], accessible_from: [], operator_country: cn, owner_country: cn, trains_on_inputs: false}
  - {id: abroad, provider: self_hosted, endpoint: vllm, model: m, base_url: "http://127.0.0.1:9/v1",
     recipient: group-de, hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de,
     trains_on_inputs: false}
  - {id: abroad-too, provider: self_hosted, endpoint: vllm, model: m, base_url: "http://127.0.0.1:9/v1",
     recipient: group-de, hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de,
     trains_on_inputs: false}
"""
AT = "2026-06-01T00:00:00.000Z"
GENERAL, SENSITIVE = ("cn.mobile", ("cn.personal",)), ("cn.resident_id", ("cn.sensitive", "cn.personal"))
HELD = ("impact_assessment", "notice")


def caller(**more: Any) -> Caller:
    given: dict[str, Any] = {
        "key_id": "app",
        "entity": "sh",
        "team": "",
        "chosen": {"purpose": "drafting", "audience": "internal"},
        "conversation": "c",
    }
    return Caller(**given | more)


def finding(kind: tuple[str, tuple[str, ...]], value: str) -> Finding:
    part = Part(pointer="/messages/0/content", start=0, end=1)
    return Finding(kind=kind[0], classes=kind[1], parts=(part,), strength="certain", check="valid", value=value)


def scan(*values: str, kind: tuple[str, tuple[str, ...]] = GENERAL, unread: tuple[str, ...] = ()) -> Scan:
    unscanned = tuple(Unscanned(pointer="/x", medium=medium, reason="test") for medium in unread)
    return Scan(findings=tuple(finding(kind, value) for value in values), unscanned=unscanned)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(JURISDICTIONS, today=now()[:10])


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    folder = tmp_path_factory.mktemp("verdicts")
    (folder / "isthmus.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "secret").write_text("5" * 64, encoding="utf-8")
    return declare(read_config(folder / "isthmus.yaml"))


@pytest.fixture
async def ledger(tmp_path: Path, declared: Declared) -> AsyncIterator[Ledger]:
    async with await open_ledger(
        f"sqlite:///{tmp_path / 'ledger.db'}",
        witness=tmp_path / "witness",
        signer=SIGNER,
        origin="test.local/ledger",
        person_keys={name: (keys.persons_id, keys.persons) for name, keys in declared.keys.items()},
    ) as made:
        yield made


class Office:
    """A gateway's part that decides, before a real ledger."""

    def __init__(self, rulebook: Rulebook, declared: Declared, ledger: Ledger, *acts: str, size: int = 100) -> None:
        self.verdicts = Verdicts(rulebook, ledger.tallies, size=size)
        self.ledger = ledger
        held = tuple(
            Act(id=kind, kind=kind, entity="sh", recipient="group-de", valid_from="2026-01-01", filed_on="2026-01-02")
            for kind in acts
        )
        self.snapshot = msgspec.structs.replace(snapshot(declared, []), acts={"sh": held})
        self._sends = 0

    def matter(self, seen: Scan, who: Caller | None = None, **more: Any) -> Matter:
        given: dict[str, Any] = {"snapshot": self.snapshot, "call": "call", "at": AT} | more
        return self.verdicts.matter(given.pop("snapshot"), who or caller(), seen, **given)

    async def judge(self, matter: Matter, name: str = "abroad", *, exact: bool = False) -> Judgement:
        return await self.verdicts.judge(matter, matter.snapshot.declared.deployments[name], exact=exact)

    async def send(self, judgement: Judgement) -> None:
        """Reserve as a send does, and learn from what the store says."""
        self._sends += 1
        entry = opened(f"{id(self)}-{self._sends}")
        receipt = await self.ledger.append(entry, judgement.reservations)
        self.verdicts.learn(judgement, receipt.tallies)

    async def count(self, category: str, number: int) -> None:
        """Persons that were counted before."""
        people = tuple(Person(identifiers=(("earlier", str(n)),), category=category) for n in range(number))
        categories = ("sensitive", "general")
        row = Reservation(
            entity="sh", scheme="cn.export", period="2026", people=People(persons=people), categories=categories
        )
        self._sends += 1
        await self.ledger.append(opened(f"{id(self)}-{self._sends}"), (row,))


@pytest.fixture
def office(rulebook: Rulebook, declared: Declared, ledger: Ledger) -> Office:
    return Office(rulebook, declared, ledger, *HELD)


def mechanism(judgement: Judgement) -> tuple[str, bool]:
    """What the mainland's export rules demand, and whether the call may leave now."""
    regime = next(row for row in judgement.decision.regimes if row.id == "cn.export")
    return regime.mechanism, judgement.decision.release


async def test_a_decision_is_made_once(office: Office) -> None:
    """What it does not rest on does not matter: the call, the conversation, the values themselves."""
    first = await office.judge(office.matter(scan("a")))
    again = await office.judge(office.matter(scan("a")))
    other = await office.judge(office.matter(scan("b"), caller(conversation="d", key_id="other"), call="other"))
    assert (first.fresh, again.fresh, other.fresh) == (True, False, False)
    assert again.decision is first.decision
    assert other.decision is first.decision
    assert [row.people.persons[0].identifiers[0][1] for row in (*first.reservations, *other.reservations)] == ["a", "b"]


def renamed(made: Snapshot) -> Snapshot:
    return msgspec.structs.replace(made, version="another")


DIFFERENT: dict[str, dict[str, Any]] = {
    "the snapshot": {"snapshot": renamed},
    "the deployment": {"deployment": "abroad-too"},
    "the entity": {"who": caller(entity="bj")},
    "what a clean scan counts as": {"who": caller(clean_scan="unknown")},
    "what the call chose": {"who": caller(chosen={"purpose": "travel", "audience": "internal"})},
    "what the call left open": {"who": caller(chosen={"purpose": "drafting"})},
    "what the caller attests": {"who": caller(attested={"consents": ("separate_consent",)}, attested_by="app")},
    "the kind of data": {"scan": scan("a", kind=SENSITIVE)},
    "the classes of the data": {"scan": scan("a", kind=("cn.mobile", ("cn.sensitive",)))},
    "the number of persons": {"scan": scan("a", "b")},
    "what could not be read": {"scan": scan("a", unread=("image",))},
    "the legal date": {"at": "2026-06-01T16:00:00.000Z"},
}


@pytest.mark.parametrize("part", DIFFERENT)
async def test_each_part_that_a_decision_rests_on_is_part_of_what_it_is_remembered_by(
    office: Office, part: str
) -> None:
    different = dict(DIFFERENT[part])
    await office.judge(office.matter(scan("a")))
    name, seen, who = (different.pop(each, None) for each in ("deployment", "scan", "who"))
    if "snapshot" in different:
        different["snapshot"] = different["snapshot"](office.snapshot)
    matter = office.matter(seen or scan("a"), who, **different)
    assert (await office.judge(matter, name or "abroad")).fresh
    assert not (await office.judge(matter, name or "abroad")).fresh
    assert not (await office.judge(office.matter(scan("a")))).fresh


async def test_the_day_is_that_of_the_entitys_law(office: Office) -> None:
    """Midnight in Shanghai is 16:00 in UTC."""
    assert office.matter(scan("a"), at="2026-06-01T15:59:59.999Z").on == "2026-06-01"
    assert office.matter(scan("a"), at="2026-06-01T16:00:00.000Z").on == "2026-06-02"


async def test_the_oldest_decision_is_forgotten_first(rulebook: Rulebook, declared: Declared, ledger: Ledger) -> None:
    small = Office(rulebook, declared, ledger, size=2)
    one, two, three = (small.matter(scan(), at=f"2026-06-0{day}T00:00:00.000Z") for day in (1, 2, 3))
    assert [(await small.judge(each)).fresh for each in (one, two, three, three, two, one)] == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]


async def test_nothing_is_reserved_where_nothing_leaves(office: Office) -> None:
    home = await office.judge(office.matter(scan("a")), "home")
    clean = await office.judge(office.matter(scan()))
    assert (home.leaves, home.reservations) == (False, ())
    assert (clean.leaves, clean.reservations) == (True, ())


async def test_general_data_at_99_999_and_at_100_000_persons(office: Office) -> None:
    """CBDF 5 (4) exempts fewer than 100,000 persons since 1 January; from 100,000 on CBDF 8 asks for a contract."""
    await office.count("general", 99_998)
    last = await office.judge(office.matter(scan("a")))
    assert mechanism(last) == ("exempt", True)
    assert last.decision.transforms
    await office.send(last)
    again = await office.judge(office.matter(scan("a")))
    assert mechanism(again) == ("exempt", True), "the same person is not counted again"
    await office.send(again)
    over = await office.judge(office.matter(scan("b")))
    assert mechanism(over) == ("standard_contract_or_certification", False)
    assert over.fresh
    with_two = await office.judge(office.matter(scan("a", "b")))
    assert mechanism(with_two) == ("standard_contract_or_certification", False)


async def test_sensitive_data_at_9_999_and_at_10_000_persons(
    rulebook: Rulebook, declared: Declared, ledger: Ledger
) -> None:
    """CBDF 8 takes a contract below 10,000 persons; from 10,000 on CBDF 7 asks for a security assessment."""
    office = Office(rulebook, declared, ledger, *HELD, "standard_contract")
    await office.count("sensitive", 9_998)
    last = await office.judge(office.matter(scan("a", kind=SENSITIVE)))
    assert mechanism(last) == ("standard_contract_or_certification", True)
    await office.send(last)
    over = await office.judge(office.matter(scan("b", kind=SENSITIVE)))
    assert mechanism(over) == ("security_assessment", False)
    known = await office.judge(office.matter(scan("a", kind=SENSITIVE)))
    assert mechanism(known) == ("standard_contract_or_certification", True)


async def test_a_count_that_moved_elsewhere_is_noticed_before_anything_leaves(
    rulebook: Rulebook, declared: Declared, ledger: Ledger
) -> None:
    """Two workers: one still trusts the count that it knew; the reservation fails, and then it is decided anew."""
    mine, theirs = (Office(rulebook, declared, ledger, *HELD, "standard_contract") for _ in range(2))
    await mine.count("sensitive", 9_990)
    await mine.send(await mine.judge(mine.matter(scan("a", kind=SENSITIVE))))
    names = [f"t{number}" for number in range(8)]
    await theirs.send(await theirs.judge(theirs.matter(scan(*names, kind=SENSITIVE))))
    stale = await mine.judge(mine.matter(scan("b", kind=SENSITIVE)))
    assert mechanism(stale) == ("standard_contract_or_certification", True)
    with pytest.raises(BandCrossedError):
        await mine.send(stale)
    mine.verdicts.forget(stale)
    exact = await mine.judge(mine.matter(scan("b", kind=SENSITIVE)), exact=True)
    assert mechanism(exact) == ("security_assessment", False)
    known = await mine.judge(mine.matter(scan("t1", kind=SENSITIVE)), exact=True)
    assert mechanism(known) == ("standard_contract_or_certification", True)
    await mine.send(known)


async def test_far_from_a_threshold_the_store_is_not_asked(
    rulebook: Rulebook, declared: Declared, ledger: Ledger
) -> None:
    """After the first call the last known count is enough, and so is the decision."""
    asked = 0

    async def tallies(wanted: Reservation) -> Any:
        nonlocal asked
        asked += 1
        return await ledger.tallies(wanted)

    office = Office(rulebook, declared, ledger, *HELD)
    office.verdicts = Verdicts(rulebook, tallies, size=100)
    for number in range(5):
        judged = await office.judge(office.matter(scan(f"p{number}")))
        await office.send(judged)
        assert judged.fresh is (number == 0)
    assert asked == 1
    assert (await office.ledger.tallies(judged.reservations[0]))[-1].before == 5
