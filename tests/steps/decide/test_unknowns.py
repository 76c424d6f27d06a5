"""Unknown facts: the quick way answers as the slow one, together they may matter, and a budget that runs out holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.steps.decide.slow_unknowns import Slow, TooManyError
from tests.steps.decide.small_packs import facts, pack, rule

import isthmus
from isthmus.facts import Facts
from isthmus.steps.decide import decide, load_rulebook, trials
from isthmus.steps.decide.unknowns import settle
from isthmus.steps.decide.world import Worlds

SHIPPED = load_rulebook(Path(isthmus.__file__).parent / "jurisdictions", today="2026-11-23")
HELD = st.sampled_from([True, False, None])
PLACES = ("cn", "us", "hk", "sg", "de")
CLASSES: dict[str, list[Any]] = {
    "cn": [None, [], ["cn.personal"], ["cn.sensitive"]],
    "us": [None, [], ["us.health"], ["us.covered_identifier"]],
    "sg": [None, [], ["sg.personal"], ["common.confidential"]],
}


def _flow(home: str) -> st.SearchStrategy[dict[str, Any]]:
    """Flows from one place, with something unknown nearly everywhere."""
    item = st.fixed_dictionaries(
        {
            "classes": st.sampled_from(CLASSES[home]),
            "persons": st.sampled_from([0, 1, 10_001, None]),
            "form": st.sampled_from(["plain", "pseudonymised", "anonymised", None]),
            "origin": st.sampled_from(["here", "abroad", None]),
            "importance": st.sampled_from(["none", "suspected", None]),
        }
    )
    return st.fixed_dictionaries(
        {
            "on": st.sampled_from(["2021-12-01", "2025-06-01", "2026-11-23"]),
            "exporter": st.fixed_dictionaries({"jurisdiction": st.just(home), "ciio": HELD}),
            "recipient": st.fixed_dictionaries(
                {
                    "hosted_in": st.one_of(st.none(), st.sampled_from(PLACES).map(lambda place: [place])),
                    "operator_country": st.sampled_from([*PLACES, None]),
                    "covered_person": HELD,
                }
            ),
            "data": st.lists(item, max_size=2),
            "purpose": st.fixed_dictionaries({"basis": st.sampled_from(["consent", "contract", None])}),
            "evidence": st.fixed_dictionaries({"notice": HELD, "impact_assessment": st.just(value=True)}),
            "counts": st.fixed_dictionaries({"general_before": st.sampled_from([0, 99_999, None])}),
            "us": st.fixed_dictionaries({"evasion": HELD}),
        }
    )


@pytest.mark.parametrize("home", list(CLASSES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_quick_way_answers_as_the_slow_one(home: str, data: st.DataObject):
    """Each regime: the same facts open, the same outcome for each value, of all packs as shipped."""
    flow = msgspec.convert(data.draw(_flow(home)), Facts)
    worlds = Worlds(flow)
    for regime in SHIPPED.at(flow.on, home):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trials, "BUDGET", 10**6)
            patch.setattr(trials, "EACH", 10**6)
            settled = settle(SHIPPED, regime, worlds)
        try:
            slow = Slow(SHIPPED, regime, flow, 1500).open_facts()
        except TooManyError:
            assume(False)  # noqa: FBT003 - hypothesis has no keyword for it
        assert {fact.fact: fact.outcomes for fact in settled.open_facts} == {
            path: {**outcomes, **_alike(outcomes, settled.open_facts, path)} for path, outcomes in slow.items()
        }


def _alike(outcomes: dict[str, str], opened: Any, path: str) -> dict[str, str]:
    """Words that no rule mentions lead where the first of them leads: they are shown beside it."""
    shown: dict[str, str] = next((fact.outcomes for fact in opened if fact.fact == path), {})
    return {name: word for name, word in shown.items() if name not in outcomes and word in outcomes.values()}


def test_unknowns_that_matter_only_together_stay_open(tmp_path: Path):
    """Whatever one of them is, the other still decides: no single value says anything, and nothing is released."""
    both = "{fact: exporter.ciio, is: %s}, {fact: purpose.emergency, is: %s}"
    rules = [
        rule("same", f"when: {{any: [{{all: [{both % ('true', 'true')}]}}, {{all: [{both % ('false', 'false')}]}}]}}\n"
             "then: {mechanism: prohibited}"),
        rule("free", "then: {mechanism: exempt}"),
    ]  # fmt: skip
    unknown = {"exporter": {"jurisdiction": "xx", "ciio": None}, "purpose": {"emergency": None}}
    book = pack(tmp_path, *rules)
    found = decide(book, facts(**unknown))
    assert (found.verdict, found.release) == ("review", False)
    assert {fact.fact: set(fact.outcomes.values()) for fact in found.regimes[0].open_facts} == {
        "exporter.ciio": {"review human_review"},
        "purpose.emergency": {"review human_review"},
    }
    one = {**unknown, "purpose": {"emergency": True}}
    assert decide(book, facts(**one)).regimes[0].open_facts[0].outcomes == {
        "true": "deny prohibited",
        "false": "allow exempt",
    }


MANY = (
    "purpose.contract_with_individual", "purpose.hr_necessary", "purpose.labour_rules", "purpose.collective_contract",
    "purpose.statutory_necessary", "purpose.emergency", "evidence.notice", "evidence.separate_consent",
    "evidence.guardian_consent", "evidence.impact_assessment",
)  # fmt: skip


def _all_exempt(name: str) -> str:
    letter = name.rpartition(".")[2].replace("_", "-")
    yes = f"when: {{fact: {name}, is: true}}\nthen: {{mechanism: exempt}}"
    return rule(f"{letter}-yes", yes) + rule(f"{letter}-no", yes.replace("true", "false"))


def _unknown(names: tuple[str, ...]) -> Facts:
    tree: dict[str, dict[str, None]] = {"purpose": {}, "evidence": {}}
    for name in names:
        group, _, member = name.partition(".")
        tree[group][member] = None
    return facts(**tree)


def test_what_is_not_found_out_within_the_budget_stays_open(tmp_path: Path):
    """Every completion would be exempt, but there are more than the budget allows to try: nothing is released."""
    book = pack(tmp_path, *(_all_exempt(name) for name in MANY))
    few = decide(book, _unknown(MANY[:3]))
    assert few.release
    assert few.regimes[0].open_facts == ()
    found = decide(book, _unknown(MANY))
    assert (found.verdict, found.release) == ("review", False)
    assert {fact.fact for fact in found.regimes[0].open_facts} == set(MANY)


def test_what_may_have_to_be_transformed_is(tmp_path: Path):
    """Where it is unknown whether the data leave, a duty to mask them does not wait for the answer."""
    rules = [
        rule("home", "unless: {leaves: xx}\nthen: {mechanism: no_export}"),
        rule("mask", "when: {leaves: xx}\nthen: {mechanism: exempt, transform: {xx.personal: pseudonymise}}"),
    ]  # fmt: skip
    found = decide(pack(tmp_path, *rules), facts(recipient={"hosted_in": ["xx"], "accessible_from": None}))
    assert found.release
    assert found.transforms == {"xx.personal": "pseudonymise"}


def test_what_an_unread_item_holds_may_count():
    """A count is unknown while an item that may belong to it was not read: it is not taken for less."""
    unread = [{"classes": None, "persons": 200}]
    flow = {"on": "2026-11-23", "exporter": {"jurisdiction": "us"}, "recipient": {"hosted_in": ["hk"]}, "data": unread}
    found = decide(SHIPPED, msgspec.convert(flow, Facts))
    assert not found.release
    bulk = next(regime for regime in found.regimes if regime.id == "us.bulk")
    assert bulk.open_facts[0].fact == "data.0.classes"
    assert bulk.open_facts[0].outcomes['["us.genomic"]'] == "deny prohibited"
    assert bulk.open_facts[0].outcomes['["us.health"]'] == "allow not_covered"


@pytest.mark.parametrize(("word", "place"), [("reaches: zz", "zz"), ("leaves: xx", "zz"), ("leaves: home", "xx")])
def test_who_can_reach_the_data_may_be_where_a_rule_looks(tmp_path: Path, word: str, place: str):
    """Unknown access takes every place that a rule asks for, and the exporter's own."""
    book = pack(
        tmp_path,
        rule("ban", f"when: {{{word}}}\nthen: {{mechanism: prohibited}}"),
        rule("f", "then: {mechanism: exempt}"),
    )
    found = decide(book, facts(recipient={"hosted_in": ["xx"], "accessible_from": None}))
    assert not found.release
    assert f'["{place}"]' in found.regimes[0].open_facts[0].outcomes


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("service.monthly_users", "more_than: 1000000"),
        ("service.monthly_users", "at_most: 1000000"),
        ("service.placed_on_market", "less_than: 2026-08-02"),
        ("service.placed_on_market", "at_least: 2026-08-02"),
    ],
)
def test_an_unknown_number_or_day_lies_on_either_side_of_a_threshold(tmp_path: Path, path: str, test: str):
    """Whatever comparator the rule uses, both of its answers are tried."""
    ban = f"when: {{fact: {path}, {test}}}\nthen: {{mechanism: prohibited}}"
    group, _, member = path.partition(".")
    book = pack(tmp_path, rule("ban", ban), rule("f", "then: {mechanism: exempt}"))
    found = decide(book, facts(**{group: {member: None}})).regimes[0]
    assert set(found.open_facts[0].outcomes.values()) == {"deny prohibited", "allow exempt"}


def test_an_unknown_deadline_is_not_taken_for_gone_by(tmp_path: Path):
    """Whether an unmet duty blocks already depends on it: neither the strict guess nor the mild one."""
    late = (
        "then:\n  duty: {id: late, met: {fact: evidence.notice, is: true}, "
        "after: {fact: service.launched_days_ago, more_than: 14}}"
    )
    book = pack(tmp_path, rule("free", "then: {mechanism: exempt}"), rule("late", late))
    found = decide(book, facts(service={"launched_days_ago": None}))
    assert found.verdict == "review"
    assert set(found.regimes[0].open_facts[0].outcomes.values()) == {"allow exempt", "deny exempt"}
    assert decide(book, facts(service={"launched_days_ago": None}, evidence={"notice": True})).release


def test_a_number_that_is_added_to_others_is_tried_at_each_value():
    """100,000 persons of whom it is unknown are over the threshold with one more."""
    items = [{"classes": ["us.covered_identifier"], "persons": number} for number in (1, None)]
    flow = {"on": "2026-11-23", "exporter": {"jurisdiction": "us"}, "recipient": {"hosted_in": ["cn"]}, "data": items}
    found = decide(SHIPPED, msgspec.convert(flow, Facts))
    bulk = next(regime for regime in found.regimes if regime.id == "us.bulk")
    outcomes = next(fact.outcomes for fact in bulk.open_facts if fact.fact == "data.1.persons")
    assert (outcomes["99999"], outcomes["100000"]) == ("allow not_covered", "deny restricted")
