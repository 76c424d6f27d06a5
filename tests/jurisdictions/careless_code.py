"""Careless errors that lie in code: what the right behaviour is, checked, and the code changed to make the error."""

# ruff: noqa: ARG005 - a plant has the form of what it stands for

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.gateway.conftest import House
from tests.jurisdictions.careless import FILE, SOURCES, TODAY, facts_of

from isthmus import choosing, counting, flow, sending
from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.catalogues import load_catalogues
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.exchange import Caller, Destination, Finding, Part
from isthmus.gateway import build
from isthmus.registry.keys import digest
from isthmus.steps.decide import Rulebook, decide, loading
from isthmus.steps.decide import counting as totals
from isthmus.steps.decide.loading import compiled
from isthmus.steps.label import Labeller
from isthmus.steps.scan import people as persons
from isthmus.store import NewRow, append_registry, open_store, person_counts

Check = Callable[[Rulebook, Path], Awaitable[list[str]]]
Plant = Callable[[pytest.MonkeyPatch], None]
MOBILE = "客户手机13912345678，请回电。"


def _window(book: Rulebook, scheme: str, at: str) -> tuple[str, str]:
    """The period and counterparty that a send at an instant is counted in."""
    found = next(one for one in book.schemes if one.id == scheme)
    counted = counting.Counted(scheme=found, people=persons((), {}), new={})
    place = Destination(deployment="d", model="m", provider="p", recipient="r")
    row = counting.reservation(counted, entity="e", destination=place, at=at, conversation="")
    return row.period, row.counterparty


async def mainland_window(book: Rulebook, folder: Path) -> list[str]:
    """The calendar year in Shanghai, one count for all recipients; a number said twice is one person."""
    expected = {"2026-12-31T15:59:59.999Z": ("2026", ""), "2026-12-31T16:00:00.000Z": ("2027", "")}
    found = [f"{at}: {got}" for at, wanted in expected.items() if (got := _window(book, "cn.export", at)) != wanted]
    said = [
        Finding(kind="cn.mobile", value="13912345678", parts=(Part(pointer=f"/messages/{n}/content", start=0, end=11),),
                strength="certain", check="valid", classes=("cn.personal",))
        for n in (0, 1)
    ]  # fmt: skip
    seen = persons(tuple(said), {"cn.personal": "general"}).persons
    return found + ([f"{len(seen)} persons"] if len(seen) != 1 else [])


async def american_window(book: Rulebook, folder: Path) -> list[str]:
    """Rolling, for each counterparty."""
    got = _window(book, "us.bulk", "2026-12-31T23:00:00.000Z")
    return [] if got == ("2026-12-31", "r") else [str(got)]


async def failed_sends_count(book: Rulebook, folder: Path) -> list[str]:
    """A deployment abroad that fails after the send: the person counts."""
    async with Ecosystems() as ecosystems:
        house = await _house(folder, ecosystems)
        ecosystems.fail("mistral-frankfurt", "503_now", "always")
        answer = await house.chat(MOBILE, "abroad")
        await house.gateway.close()
    store = open_store(read_config(house.config).store_url())
    held = [row.persons.get("general", 0) for row in person_counts(store) if row.scheme == "cn.export"]
    store.close()
    return [] if answer.status >= 500 and held == [1] else [f"answered {answer.status}, counted {held}"]


async def _house(folder: Path, ecosystems: Ecosystems, change: tuple[str, str] = ("", "")) -> House:
    house = House(folder, ecosystems)
    house.write()
    text = house.config.read_text(encoding="utf-8")
    house.config.write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
    house.gateway = await build(str(house.config))
    return house


async def label_is_placed(book: Rulebook, folder: Path) -> list[str]:
    """A public answer has its label once, at its head, whatever the model wrote; a stream shows it first."""
    async with Ecosystems() as ecosystems:
        house = await _house(folder, ecosystems, ("model: m-home,", "model: m-home, model_filed: true,"))
        more = {"x_isthmus_audience": "public"}
        body: dict[str, Any] = {"model": "home", "messages": [{"role": "user", "content": "写一句话"}]}
        whole = await house.ask(body, **more)
        stream = await house.ask({**body, "stream": True}, **more)
        await house.gateway.close()
    deltas = [c["delta"].get("content") or "" for event in stream.events for c in event.get("choices", ())]
    first = next((delta for delta in deltas if delta), "")
    found = [] if whole.text.startswith("【AI生成】") and whole.text.count("【AI生成】") == 1 else [whole.text]
    return found + ([] if first.startswith("【AI生成】") and stream.text.count("【AI生成】") == 1 else [first])


async def filings_go_stale(book: Rulebook, folder: Path) -> list[str]:
    """A filing of the catalogue counts until its review is due, then it is unknown; the operator's own word stays."""
    async with Ecosystems() as ecosystems:
        house = House(folder, ecosystems)
        house.write()
        known = load_catalogues(house.config).declared.deployments["home"]
    due = msgspec.structs.replace(known, filed=True, filed_until="2026-11-23")
    own = msgspec.structs.replace(known, filed=True, filed_until="")
    wanted = [(due, "2026-11-23", True), (due, "2026-11-24", None), (own, "2099-01-01", True)]
    caller = Caller(key_id="k", entity="sh", team="t")
    found = [(row, day, flow._service((), caller, row, day).model_filed, filed) for row, day, filed in wanted]
    return [f"{day}: {got}" for _, day, got, filed in found if got is not filed]


async def mainland_readers_get_neutral_words(book: Rulebook, folder: Path) -> list[str]:
    """An American entity's employee in the mainland: no word of the foreign rule; its id stands in the ledger."""
    async with Ecosystems() as ecosystems:
        house = _american(folder, ecosystems)
        house.gateway = await build(str(house.config))
        picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
        answer = await house.ask(
            {"model": "home", "messages": [{"role": "user", "content": [picture]}]}, key="american"
        )
        entries = await house.entries()
    said = answer.body.decode()
    found = [word for word in ("28 CFR", "us.bulk", "concern", "关注国家", "covered person") if word in said]
    sealed = "us.bulk" in str(entries)
    right = answer.status == 451 and "compliance officer" in said and sealed
    return found + ([] if right else [f"answered {answer.status} {said[:200]}, in the ledger: {sealed}"])


def _american(folder: Path, ecosystems: Ecosystems) -> House:
    """A house with a New York entity whose caller sits in the mainland."""
    house = House(folder, ecosystems)
    house.write()
    text = house.config.read_text(encoding="utf-8")
    entity = 'entities:\n  - {id: ny, name: New York, jurisdiction: us, secret: "file:sh.txt"}\n'
    house.config.write_text(text.replace("entities:\n", entity, 1), encoding="utf-8")
    house.keys["american"] = "isk_american"
    key = {"id": "american", "hash": digest("isk_american"), "entity": "ny", "choices": [], "located_in": "cn"}
    store = open_store(read_config(house.config).store_url())
    append_registry(store, [NewRow(what="key", id="american", content=key)], at=now(), by="tester")
    store.close()
    return house


async def decisions_name_their_packs(book: Rulebook, folder: Path) -> list[str]:
    """Pack, version and digest of the facts; another file or another fact, another value; replayed, the same."""
    facts = facts_of(FILE.errors[0].flows[0])
    decision = decide(book, facts)
    found = [] if decision.packs.get("cn") and decision.packs["cn"] == book.packs["cn"] else ["no version"]
    source = next(source for source in SOURCES if source.name == "cn/law/cbdf.yaml")
    text = _text(source.document.file) + b"# signed\n"
    named = loading.source_of("cn/law/cbdf.yaml", text, source.document.file)
    before = compiled(SOURCES, TODAY)
    after = compiled(tuple(named if one is source else one for one in SOURCES), TODAY)
    found += ["another file, the same version"] if after.packs["cn"] == before.packs["cn"] else []
    other = decide(book, msgspec.structs.replace(facts, on="2026-11-22"))
    found += ["other facts, the same digest"] if other.facts == decision.facts or not decision.facts else []
    again = msgspec.json.decode(msgspec.json.encode(facts), type=type(facts))
    return found + ([] if decide(book, again) == decision else ["the replay differs"])


def _text(file: str) -> bytes:
    return Path(file).read_bytes()


CHECKS: dict[int, tuple[Check, ...]] = {
    5: (mainland_window,),
    6: (failed_sends_count,),
    18: (label_is_placed,),
    20: (label_is_placed,),
    21: (american_window,),
    27: (filings_go_stale,),
    28: (mainland_readers_get_neutral_words,),
    30: (decisions_name_their_packs,),
}


def from_zero(patch: pytest.MonkeyPatch) -> None:
    """Each request is counted by itself."""
    patch.setattr(totals, "before", lambda scheme, category, facts: (0, ""))


def records_for_persons(patch: pytest.MonkeyPatch) -> None:
    """Whoever is named in two places is two persons."""
    module = __import__("isthmus.steps.scan.people", fromlist=["people"])
    patch.setattr(module, "_merge", lambda groups: [(tuple(group), min(group.values())) for group in groups])


def only_answered_sends(patch: pytest.MonkeyPatch) -> None:
    """Nothing is reserved before the bytes leave."""
    real = sending.open_send

    async def late(ledger: Any, matter: Any, call: Any, judgement: Any, **more: Any) -> Any:
        return await real(ledger, matter, call, msgspec.structs.replace(judgement, reservations=()), **more)

    patch.setattr("isthmus.delivery.open_send", late)


def the_model_labels(patch: pytest.MonkeyPatch) -> None:
    """No step of ours places the label."""
    patch.setattr(Labeller, "feed", lambda self, channel, text, *, escape: text)


def at_the_end_alone(patch: pytest.MonkeyPatch) -> None:
    """The label comes when the stream is over."""
    patch.setattr(Labeller, "feed", lambda self, channel, text, *, escape: text)
    patch.setattr(Labeller, "flush", lambda self, channel: self._text if channel.endswith(":content") else "")


def filings_for_ever(patch: pytest.MonkeyPatch) -> None:
    """What was filed once stays filed."""
    patch.setattr(flow, "filed_on", lambda target, day: target.filed)


def everything_quoted(patch: pytest.MonkeyPatch) -> None:
    """Every reader is quoted every law."""
    patch.setattr(choosing, "neutral_words", lambda rulebook, matter: {})


def versions_by_name(patch: pytest.MonkeyPatch) -> None:
    """A pack's version does not hang on what its files say."""
    patch.setattr(loading, "_versions", lambda sources: {s.name.split("/")[0]: s.name.split("/")[0] for s in sources})


PLANTS: dict[int, tuple[Plant, ...]] = {
    5: (from_zero, records_for_persons),
    6: (only_answered_sends,),
    18: (the_model_labels,),
    20: (at_the_end_alone,),
    27: (filings_for_ever,),
    28: (everything_quoted,),
    30: (versions_by_name,),
}
