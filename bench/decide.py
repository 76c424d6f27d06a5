"""How long a decision takes, with all packs loaded: fresh, remembered, at a threshold, and with much unknown.

    python bench/decide.py

Beside it, in an environment of its own (`bench/.envs/decide`), what cedarpy needs for a question of the same kind:
forty policies over the same facts. Times are CPU time of one thread, the median of many; the bars end the run.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec
from bench.bars import bar, conclude

from isthmus.catalogues import JURISDICTIONS
from isthmus.config import read_config
from isthmus.exchange import Caller, Finding, Part, Reservation, Scan, Tally
from isthmus.facts import Facts
from isthmus.registry.acts import Act
from isthmus.registry.declared import declare
from isthmus.registry.snapshot import snapshot
from isthmus.steps.decide import Rulebook, decide, load_rulebook
from isthmus.verdicts import Verdicts

TODAY, AT = "2026-11-23", "2026-11-23T04:00:00.000Z"
ENV = Path(__file__).parent / ".envs" / "decide"
CEDARPY = "cedarpy==4.12.2"
CONFIG = """
purposes: [{id: drafting, basis: contract}]
entities: [{id: sh, name: Shanghai, jurisdiction: cn, secret: file:secret}]
deployments:
  - {id: abroad, provider: self_hosted, endpoint: vllm, model: m, base_url: "http://127.0.0.1:9/v1", recipient: r,
     hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de, trains_on_inputs: false}
"""
HELD = {"notice": True, "impact_assessment": True}
CONTRACT = {"kind": "standard_contract", "recipient": "r", "valid_from": "2026-01-01", "filed_on": "2026-01-05"}


def flow(**more: Any) -> Facts:
    """A mainland entity, one person's data, a deployment in Germany."""
    tree: dict[str, Any] = {
        "on": TODAY,
        "exporter": {"jurisdiction": "cn"},
        "recipient": {"hosted_in": ["de"], "id": "r", "operator_country": "de", "trains_on_inputs": False},
        "data": [{"classes": ["cn.personal", "common.personal"], "persons": 1}],
        "purpose": {"basis": "contract"},
        "evidence": HELD,
    }
    return msgspec.convert({**tree, **more}, Facts)


def fresh(number: int) -> dict[str, Facts]:
    """Flows that differ from all others by a count."""
    counts = {"general_before": number}
    sensitive = [{"classes": ["cn.sensitive", "common.personal"], "persons": 1}]
    return {
        "exempt": flow(counts=counts),
        "under a contract": flow(counts=counts, data=sensitive, instruments=[CONTRACT]),
        "at home": flow(counts=counts, recipient={"hosted_in": ["cn"], "id": "r"}),
        "from the United States": flow(counts=counts, exporter={"jurisdiction": "us"}),
        "refused, with its remedies": flow(counts=counts, evidence={}),
    }


NOBODY_SAID = {
    "classes": None, "persons": None, "subjects": None, "form": None, "origin": None, "importance": None,
    "necessary": None,
}  # fmt: skip
UNKNOWN: dict[str, Facts] = {
    "an unread item": flow(data=[{"classes": None}]),
    "three items, two of them unread": flow(
        purpose={}, data=[{"classes": None}, {"classes": ["cn.personal"]}, {"classes": None, "origin": None}]
    ),
    "nearly everything unknown": flow(
        exporter={"jurisdiction": "cn", "ciio": None, "sector": None},
        recipient={"hosted_in": None, "accessible_from": None, "covered_person": None},
        data=[NOBODY_SAID],
        counts={"general_before": None, "sensitive_before": None},
        purpose={"basis": None, "contract_with_individual": None, "emergency": None},
        evidence={"notice": None, "separate_consent": None},
    ),
    "the bulk data rule with all of it unknown": flow(
        exporter={"jurisdiction": "us"},
        recipient={"hosted_in": None, "accessible_from": None},
        data=[{"classes": None, "persons": None, "form": None}, {"classes": ["us.health"], "persons": None}],
        us={"kind": None, "government_related": None, "evasion": None},
    ),
}


def asking(book: Rulebook, given: Iterator[Facts]) -> Callable[[], Any]:
    """A question that is another one each time."""
    return lambda: decide(book, next(given))


def median_us(ask: Callable[[], Any], times: int) -> float:
    """The median CPU time of a question, in microseconds."""
    ask()
    taken = []
    for _ in range(times):
        started = time.thread_time_ns()
        ask()
        taken.append(time.thread_time_ns() - started)
    return statistics.median(taken) / 1000


def finding(value: str) -> Finding:
    part = Part(pointer="/messages/0/content", start=0, end=11)
    return Finding(
        kind="cn.mobile", classes=("cn.personal",), parts=(part,), strength="certain", check="valid", value=value
    )


async def live(book: Rulebook, folder: Path) -> tuple[float, float]:
    """A call that was decided before, and one whose count crosses a band each time, in microseconds."""
    (folder / "isthmus.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "secret").write_text("5" * 64, encoding="utf-8")
    declared = declare(read_config(folder / "isthmus.yaml"))
    held = tuple(
        Act(id=kind, kind=kind, entity="sh", recipient="r", valid_from="2026-01-01", filed_on="2026-01-05")
        for kind in ("standard_contract", "notice", "impact_assessment")
    )
    current = msgspec.structs.replace(snapshot(declared, []), acts={"sh": held})
    held_before = 5

    async def tallies(asked: Reservation) -> tuple[Tally, ...]:  # noqa: ARG001 - the form of the ledger's own
        return (
            Tally(scheme="cn.export", category="sensitive", before=0, after=0),
            Tally(scheme="cn.export", category="general", before=held_before, after=held_before + 1),
        )

    verdicts = Verdicts(book, tallies, size=10_000)
    caller = Caller(key_id="k", entity="sh", team="", chosen={"purpose": "drafting", "audience": "internal"})
    target = declared.deployments["abroad"]
    about = verdicts.matter(current, caller, Scan(findings=(finding("13912345678"),)), call="c", at=AT)

    async def once() -> float:
        started = time.thread_time_ns()
        judgement = await verdicts.judge(about, target)
        taken = time.thread_time_ns() - started
        assert judgement.decision.release
        return taken

    await once()
    remembered = statistics.median([await once() for _ in range(5000)]) / 1000
    held_before = 99_999
    crossed = []
    for _ in range(300):
        verdicts._memo.clear()  # noqa: SLF001 - the first call on the other side of the threshold, again and again
        verdicts._before.clear()  # noqa: SLF001 - the same
        crossed.append(await once())
    return remembered, statistics.median(crossed) / 1000


CEDAR = '''
import json, statistics, time, cedarpy
places = ["us", "de", "fr", "sg", "hk", "jp", "kr", "gb", "br", "in"]
rows = []
for n, place in enumerate(places):
    rows.append(f"""permit(principal, action == Action::"send", resource) when {{
      context.exporter == "cn" && context.hosted == "{place}" && context.sensitive == 0
      && context.general < 100000 && context.notice && context.assessment }};""")
    rows.append(f"""permit(principal, action == Action::"send", resource) when {{
      context.exporter == "cn" && context.hosted == "{place}" && context.sensitive < 10000 && context.contract }};""")
    rows.append(f"""forbid(principal, action == Action::"send", resource) when {{
      context.exporter == "cn" && context.hosted == "{place}" && context.importance == "notified" }};""")
    rows.append(f"""forbid(principal, action == Action::"send", resource) when {{
      context.exporter == "us" && context.hosted == "{place}" && context.health > 10000 }};""")
request = {"principal": 'Entity::"sh"', "action": 'Action::"send"', "resource": 'Deployment::"d"', "context": {
    "exporter": "cn", "hosted": "de", "sensitive": 0, "general": 5, "notice": True, "assessment": True,
    "contract": False, "importance": "none", "health": 0}}
policies = "\\n".join(rows)
assert cedarpy.is_authorized(request, policies, []).allowed
def median_us(ask, times, each=1):
    taken = []
    for _ in range(times):
        started = time.thread_time_ns()
        ask()
        taken.append((time.thread_time_ns() - started) / each / 1000)
    return statistics.median(taken)
one = median_us(lambda: cedarpy.is_authorized(request, policies, []), 500)
many = median_us(lambda: cedarpy.is_authorized_batch([request] * 200, policies, []), 20, 200)
print(json.dumps({"policies": len(rows), "one_us": one, "in_a_batch_us": many}))
'''


def cedar() -> dict[str, float]:
    """What cedarpy needs for one question, parsing its policies each time, and for one of two hundred at once."""
    python = ENV / "bin" / "python"
    if not python.exists():
        venv.create(ENV, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", CEDARPY], check=True)
    done = subprocess.run([str(python), "-c", CEDAR], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, tell, end with the bars."""
    loads = []
    for _ in range(5):
        started = time.thread_time()
        book = load_rulebook(JURISDICTIONS, today=TODAY)
        loads.append(time.thread_time() - started)
    bars = [bar("loading all packs, s", min(loads), "under", 1)]
    print(f"{len(book.rules)} rules of {len(book.packs)} packs loaded in {min(loads):.2f} s")
    flows = [fresh(number) for number in range(300)]
    for name in flows[0]:
        given = iter([*(each[name] for each in flows), *(each[name] for each in flows)])
        taken = median_us(asking(book, given), 299)
        print(f"fresh decision, {name}: {taken:.0f} µs")
        bars.append(bar(f"fresh decision, {name}, µs", taken, "under", 300))
    with tempfile.TemporaryDirectory() as folder:
        remembered, crossed = asyncio.run(live(book, Path(folder)))
    print(f"remembered: {remembered:.2f} µs; across a band of the counter: {crossed:.0f} µs")
    bars += [
        bar("remembered decision, µs", remembered, "under", 5),
        bar("decision across a counter band, µs", crossed, "under", 300),
    ]
    for name, unknown in UNKNOWN.items():
        taken = median_us(partial(decide, book, unknown), 40) / 1000
        print(f"decision with {name}: {taken:.2f} ms")
        bars.append(bar(f"decision with {name}, ms", taken, "under", 5))
    beside = cedar()
    print(
        f"beside it cedarpy, {beside['policies']:.0f} policies: {beside['one_us']:.0f} µs a question,"
        f" {beside['in_a_batch_us']:.0f} µs in a batch of 200"
    )
    conclude(bars)


if __name__ == "__main__":
    main()
