"""What `explain --json` prints of each deployment decides the same again when it is fed to `law decide --facts`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from isthmus.catalogues import Catalogues, load_catalogues
from isthmus.cli.explain import plain
from isthmus.cli.main import main
from isthmus.config import Deployment, Quality
from isthmus.explaining import explain, registered
from isthmus.registry.acts import Act, kinds
from isthmus.registry.deployments import deployed
from isthmus.registry.keys import Choice, Key, values_of
from isthmus.registry.providers import Providers, load_providers
from isthmus.registry.snapshot import Snapshot
from isthmus.steps.record import new_signer
from isthmus.store import Store

CONFIG = """
purposes:
  - {id: drafting, basis: contract}
  - {id: travel, basis: contract, contract_with_individual: true}
  - {id: payroll, basis: hr_management, hr_necessary: true, labour_rules: true}
  - {id: rescue, emergency: true}
  - {id: open}
entities:
  - {id: sh, name: Shanghai, jurisdiction: cn, city: Shanghai, owner: {country: de, percent: 100}, secret: file:s}
  - {id: grid, name: Grid, jurisdiction: cn, ciio: true, sector: energy, relative_view: true, secret: file:s}
  - {id: strict, name: Strict, jurisdiction: cn, separate_consent_always: true, ciio: null, secret: file:s}
  - {id: sg, name: Singapore, jurisdiction: sg, secret: file:s}
  - {id: us, name: Boston, jurisdiction: us, owner: {country: cn, percent: 51}, secret: file:s}
  - {id: de, name: Berlin, jurisdiction: de, us_person: true, secret: file:s}
deployments: [{id: d, provider: self_hosted, endpoint: vllm, model: m, base_url: "http://127.0.0.1:9/v1"}]
terms: [{kind: person, words: [周建国]}, {kind: project, words: [Kranich]}]
store: {signer: file:signer.pem}
"""
ENTITIES = ("sh", "grid", "strict", "sg", "us", "de")
PURPOSES = ("drafting", "travel", "payroll", "rescue", "open")
PLACES = ("cn", "hk", "sg", "us", "de", "ru", "jp")
RECIPIENTS = ("", "sh", "group-de", "far")
PIECES = (
    "身份证号11010519491231002X",
    "手机13912345678",
    "周建国的护照",
    "card 4111111111111111",
    "mail anna.weber@example.com",
    "SSN 219-09-9999",
    "Kranich",
    "clean words",
    "干净的话",
    "key sk-proj-" + "a1B2" * 10,
)
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

SELLERS = (("self_hosted", "vllm", "m"), ("openai", "", "gpt-6-sol"), ("deepseek", "", "deepseek-flash"))

CALLS = 3  # of one example: the command reads every pack once for them

some = st.sampled_from
maybe = st.one_of(st.none(), st.booleans())
place = st.one_of(st.none(), some(PLACES))
days = some(["2020-01-01", "2026-01-01", "2099-12-31"])


@st.composite
def deployments(draw: st.DrawFn, name: str) -> Deployment:
    seller, endpoint, model = draw(some(SELLERS))
    return Deployment(
        id=name,
        provider=seller,
        endpoint=endpoint,
        model=model,
        base_url="http://127.0.0.1:9/v1",
        recipient=draw(some(RECIPIENTS)),
        hosted_in=draw(st.lists(some(PLACES), max_size=2, unique=True).map(tuple)),
        accessible_from=draw(st.one_of(st.none(), st.lists(some(PLACES), max_size=2, unique=True).map(tuple))),
        operator_country=draw(place),
        owner_country=draw(place),
        weights_from=draw(place),
        retention_days=draw(some([None, 0, 30])),
        trains_on_inputs=draw(maybe),
        model_filed=draw(maybe),
        model_modified=draw(maybe),
        suspended=draw(st.booleans()),
        quality=draw(st.one_of(st.none(), st.just(Quality(value=1, source="test")))),  # type: ignore[arg-type] # 1 is one
    )


@st.composite
def keys(draw: st.DrawFn) -> Key:
    chosen = []
    for fact, values in (("purpose", PURPOSES), *((fact, values_of(fact)) for fact in FACTS)):
        if draw(st.booleans()):
            chosen.append(Choice(fact=fact, values=values, default=draw(some([None, *values]))))  # type: ignore[arg-type] # of the list
    return Key(
        id="k",
        entity=draw(some(ENTITIES)),
        hash="0" * 64,
        choices=tuple(chosen),
        attests=("persons", "consents", "instruments"),
        located_in=draw(place),
        clean_scan=draw(some(["none", "unknown"])),
    )


FACTS = ("audience", "basis", "origin", "subjects", "transaction")
acts = st.builds(
    Act,
    id=some(["a", "b", "c", "d", "e"]),
    kind=some(kinds()),
    entity=some(ENTITIES),
    recipient=some(RECIPIENTS),
    purpose=some(["", "drafting", "payroll"]),
    valid_from=st.one_of(st.none(), days),
    valid_until=st.one_of(st.none(), days),
    filed_on=st.one_of(st.none(), days),
    number=some(["", "17", "2000000"]),
)
wishes = st.fixed_dictionaries(
    {},
    optional={
        "persons": some([0, 1, 40]),
        "persons_sensitive": some([0, 1, 9_999]),
        "consents": some([["separate_consent"], ["notice", "impact_assessment"]]),
        "instruments": some([["standard_contract"], ["security_assessment"], ["certification"]]),
    },
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    text = "。".join(draw(st.lists(some(PIECES), min_size=1, max_size=4)))
    content: Any = [{"type": "text", "text": text}, IMAGE] if draw(st.booleans()) and draw(st.booleans()) else text
    body = {"model": "auto", "messages": [{"role": "user", "content": content}], "isthmus": draw(wishes)}
    return json.dumps(body).encode()


class Case(msgspec.Struct):
    """One call: where it could go, what is on file, who asks, and its body."""

    rows: list[Deployment]
    acts: list[Act]
    key: Key
    body: bytes


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rows = [draw(deployments(f"d{number}")) for number in range(draw(st.integers(1, 3)))]
    return Case(rows=rows, acts=draw(st.lists(acts, max_size=5)), key=draw(keys()), body=draw(bodies()))


class World(msgspec.Struct):
    """What is read once: catalogues, an empty store, the catalogue of sellers."""

    catalogues: Catalogues
    store: Store
    snapshot: Snapshot
    providers: Providers

    def with_(self, rows: list[Deployment], acts: list[Act]) -> Snapshot:
        """The snapshot with other deployments and acts."""
        made = {row.id: deployed(row, self.providers) for row in rows}
        by_entity: dict[str, tuple[Act, ...]] = {}
        for act in acts:
            by_entity[act.entity] = (*by_entity.get(act.entity, ()), act)
        declared = msgspec.structs.replace(self.snapshot.declared, deployments=made)
        return msgspec.structs.replace(self.snapshot, declared=declared, acts=by_entity)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("alike")
    (folder / "isthmus.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "s").write_text("5" * 64, encoding="utf-8")
    (folder / "signer.pem").write_bytes(new_signer())
    catalogues = load_catalogues(folder / "isthmus.yaml")
    store, snapshot = registered(catalogues)
    yield World(catalogues, store, snapshot, load_providers())
    store.close()


@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(cases(), min_size=CALLS, max_size=CALLS))
def test_what_explain_prints_decides_the_same_again(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path, calls: list[Case]
) -> None:
    """Byte for byte, through the command: what a live call would rest on is all that the decision rests on."""
    printed: list[Any] = []
    for call in calls:
        rows, current = call.rows, world.with_(call.rows, call.acts)
        found = explain(world.catalogues, current, world.store, key=call.key, body=call.body, headers={})
        told = json.loads(msgspec.json.encode(plain(found)))["deployments"]
        assert [row["deployment"] for row in told] == [row.id for row in rows]
        printed += told
    file = tmp_path / "facts.jsonl"
    file.write_text("\n".join(json.dumps({"id": n, **row["facts"]}) for n, row in enumerate(printed)), encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(["law", "decide", "--facts", str(file), "--json"])
    assert end.value.code in (None, 0)
    decided = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [canonical({"id": n, **row["decision"]}) for n, row in enumerate(printed)] == [*map(canonical, decided)]
    for row in decided:
        event(f"{row['verdict']}, {'may leave' if row['release'] else 'may not leave'}")


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
