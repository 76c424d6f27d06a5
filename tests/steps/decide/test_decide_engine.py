"""The engine on small packs of its own: three values, exceptions, strictness, silence, unknowns, remedies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.steps.decide.small_packs import facts, pack, rule

import isthmus
from isthmus.errors import CatalogError
from isthmus.facts import Facts
from isthmus.steps.decide import decide, load_rulebook
from isthmus.steps.decide.calendar_days import last_day, working_days
from isthmus.steps.decide.remedies import applied

SHIPPED = load_rulebook(Path(isthmus.__file__).parent / "jurisdictions", today="2026-11-23")


def test_silence_denies_what_is_protected(tmp_path: Path):
    """No rule, no export; what is not protected may go; elsewhere the regime says nothing."""
    book = pack(tmp_path, rule("far", "when: {fact: exporter.ciio, is: true}\nthen: {mechanism: exempt}"))
    assert decide(book, facts()).regimes[0].mechanism == "deny"
    assert decide(book, facts()).regimes[0].reasons[0].rule == "xx.flow.silence"
    assert decide(book, facts(data=[{"classes": []}])).release
    assert decide(book, facts(exporter={"jurisdiction": "yy"})).regimes == ()


def test_the_strictest_rule_wins_and_equals_all_speak(tmp_path: Path):
    """Order in the file does not matter."""
    lenient = rule("a", "then: {mechanism: exempt, ground: true}")
    strict = rule("b", "then: {mechanism: prohibited}")
    for n, rules in enumerate([(lenient, strict), (strict, lenient)]):
        found = decide(pack(tmp_path / str(n), *rules), facts()).regimes[0]
        assert found.mechanism == "prohibited"
        assert [reason.rule for reason in found.reasons] == ["xx.act.b"]


def test_an_exception_defeats_and_may_itself_be_defeated(tmp_path: Path):
    """Rule, exception, exception to the exception."""
    rules = [
        rule("rule", "then: {mechanism: prohibited}"),
        rule(
            "exception",
            "when: {fact: purpose.emergency, is: true}\nexception_to: [xx.act.rule]\nthen: {mechanism: exempt}",
        ),
        rule(
            "counter",
            "when: {fact: exporter.ciio, is: true}\nexception_to: [xx.act.exception]\nthen: {not_demanded: [x]}",
        ),
    ]
    book = pack(tmp_path, *rules)
    assert decide(book, facts()).regimes[0].mechanism == "prohibited"
    assert decide(book, facts(purpose={"emergency": True})).regimes[0].mechanism == "exempt"
    both = facts(purpose={"emergency": True}, exporter={"jurisdiction": "xx", "ciio": True})
    assert decide(book, both).regimes[0].mechanism == "prohibited"


def test_an_unknown_that_changes_nothing_does_not_matter(tmp_path: Path):
    """Two rules that agree for every value of the unknown."""
    rules = [
        rule("yes", "when: {fact: exporter.ciio, is: true}\nthen: {mechanism: exempt}"),
        rule("no", "when: {fact: exporter.ciio, is: false}\nthen: {mechanism: exempt}"),
    ]
    found = decide(pack(tmp_path, *rules), facts(exporter={"jurisdiction": "xx", "ciio": None}))
    assert found.release
    assert found.regimes[0].mechanism == "exempt"
    assert found.regimes[0].open_facts == ()


def test_an_unknown_that_matters_holds_and_says_each_outcome(tmp_path: Path):
    """Nothing is guessed, neither the strict value nor the mild one."""
    rules = [
        rule("yes", "when: {fact: exporter.ciio, is: true}\nthen: {mechanism: prohibited}"),
        rule("no", "when: {fact: exporter.ciio, is: false}\nthen: {mechanism: exempt}"),
    ]
    found = decide(pack(tmp_path, *rules), facts(exporter={"jurisdiction": "xx", "ciio": None}))
    assert (found.verdict, found.release) == ("review", False)
    assert found.regimes[0].mechanism == "human_review"
    assert found.regimes[0].open_facts[0].outcomes == {"true": "deny prohibited", "false": "allow exempt"}


def test_an_unknown_beside_a_prohibition_does_not_matter(tmp_path: Path):
    """What is prohibited anyway is denied, not reviewed."""
    rules = [
        rule("ban", "then: {mechanism: prohibited}"),
        rule("yes", "when: {fact: exporter.ciio, is: true}\nthen: {mechanism: exempt}"),
    ]
    found = decide(pack(tmp_path, *rules), facts(exporter={"jurisdiction": "xx", "ciio": None}))
    assert found.verdict == "deny"


def test_duties_stand_beside_the_mechanism(tmp_path: Path):
    """Met, unmet, unknown; a duty before its deadline does not hold the flow up."""
    rules = [
        rule("free", "then: {mechanism: exempt}"),
        rule("notice", "then:\n  duty: {id: notice, met: {fact: evidence.notice, is: true}}"),
        rule(
            "late",
            "then:\n  duty: {id: late, met: {fact: evidence.notice, is: true}, after: {fact: exporter.ciio, is: true}}",
        ),
    ]
    book = pack(tmp_path, *rules)
    unmet = decide(book, facts()).regimes[0]
    assert {duty.id: (duty.standing, duty.blocks) for duty in unmet.duties} == {
        "notice": ("unmet", True),
        "late": ("unmet", False),
    }
    assert unmet.verdict == "deny"
    assert [remedy.id for remedy in unmet.remedies] == ["tell"]
    assert decide(book, facts(evidence={"notice": True})).release
    unknown = decide(book, facts(evidence={"notice": None})).regimes[0]
    assert unknown.verdict == "review"
    assert unknown.open_facts[0].fact == "evidence.notice"


def test_remedies_are_smallest_sets_that_release(tmp_path: Path):
    """A remedy that does not help is not listed; one that is needed only with another comes with it."""
    rules = [
        rule("home", "unless: {leaves: xx}\nthen: {mechanism: no_export}"),
        rule(
            "contract",
            "when: {leaves: xx}\nthen:\n  mechanism: standard_contract_or_certification\n"
            "  needs: {instrument: standard_contract}",
        ),
        rule("notice", "when: {leaves: xx}\nthen:\n  duty: {id: notice, met: {fact: evidence.notice, is: true}}"),
    ]
    book = pack(tmp_path, *rules)
    found = decide(book, facts()).regimes[0].remedies
    assert [remedy.id for remedy in found] == ["stay", "tell+sign"]
    for remedy in found:
        changed = facts()
        for change in remedy.changes:
            changed = applied(changed, change)
        assert decide(book, changed).release


def test_dates_are_inclusive(tmp_path: Path):
    """The first and the last day belong to a rule."""
    dated = rule("free", "until: 2022-12-31\nthen: {mechanism: exempt}", start="2022-01-01")
    book = pack(tmp_path, dated, rule("always", "then: {not_demanded: [x]}"))
    days = ("2021-12-31", "2022-01-01", "2022-12-31", "2023-01-01")
    assert [decide(book, facts(on=day)).release for day in days] == [False, True, True, False]


def test_before_a_law_nothing_is_denied(tmp_path: Path):
    """Where no rule of a regime is in force, silence means nothing."""
    book = pack(tmp_path, rule("ban", "then: {mechanism: prohibited}", start="2022-01-01"))
    assert decide(book, facts(on="2021-12-31")).regimes == ()
    assert decide(book, facts(on="2022-01-01")).verdict == "deny"


def test_items_are_decided_one_by_one(tmp_path: Path):
    """The flow takes the strictest, and each item is shown."""
    rules = [
        rule("free", "when: {classes: xx.open}\nthen: {mechanism: exempt}"),
        rule("ban", "when: {classes: xx.personal}\nthen: {mechanism: prohibited}"),
    ]
    items = [{"classes": ["xx.open"], "label": "a"}, {"classes": ["xx.personal"], "label": "b"}]
    found = decide(pack(tmp_path, *rules), facts(data=items)).regimes[0]
    assert [(item.label, item.mechanism) for item in found.items] == [("a", "exempt"), ("b", "prohibited")]
    assert found.mechanism == "prohibited"


def test_a_stated_classification_outranks_a_derived_one(tmp_path: Path):
    """A definition with `stated` derives only what nobody said."""
    definitions = (
        "definitions:\n  - id: xx.covered\n    article: '2'\n    gist: {en: e, zh: z}\n"
        "    stated: recipient.covered_person\n    when: {fact: recipient.owner_country, is: cn}\n"
    )
    rules = [
        rule("ban", "when: {defined: xx.covered}\nthen: {mechanism: prohibited}"),
        rule("f", "then: {mechanism: exempt}"),
    ]
    book = pack(tmp_path, *rules, definitions=definitions)
    owned = {"hosted_in": ["zz"], "owner_country": "cn"}
    assert not decide(book, facts(recipient=owned)).release
    assert decide(book, facts(recipient={**owned, "covered_person": False})).release
    assert decide(book, facts(recipient={"hosted_in": ["zz"]})).verdict == "review"


def test_overdue_packs_say_so_and_decide_all_the_same(tmp_path: Path):
    """A review that falls due is shown wherever the rule speaks."""
    pack(tmp_path, rule("f", "then: {mechanism: exempt}"))
    late = load_rulebook(tmp_path, today="2027-01-02")
    found = decide(late, facts())
    assert found.release
    assert found.regimes[0].reasons[0].overdue


def test_a_decision_is_a_function_of_its_facts():
    """The same facts give the same bytes, and another date another hash."""
    one = decide(SHIPPED, facts())
    assert msgspec.json.encode(one) == msgspec.json.encode(decide(SHIPPED, facts()))
    assert one.facts != decide(SHIPPED, facts(on="2026-06-02")).facts


SOME = st.fixed_dictionaries(
    {
        "on": st.sampled_from(["2021-12-01", "2023-01-01", "2025-06-01", "2026-11-23"]),
        "exporter": st.fixed_dictionaries(
            {"jurisdiction": st.sampled_from(["cn", "us", "sg"]), "ciio": st.sampled_from([True, False, None])}
        ),
        "recipient": st.fixed_dictionaries(
            {
                "hosted_in": st.sampled_from([["cn"], ["us"], ["hk"], None]),
                "operator_country": st.sampled_from(["cn", "us", None]),
            }
        ),
        "data": st.lists(
            st.fixed_dictionaries(
                {
                    "classes": st.sampled_from([[], ["cn.personal"], ["cn.sensitive"], ["us.health"], None]),
                    "persons": st.sampled_from([1, 20000, None]),
                }
            ),
            max_size=2,
        ),
        "evidence": st.fixed_dictionaries({"notice": st.sampled_from([True, False, None])}),
    }
)


@settings(max_examples=100, deadline=None)
@given(SOME)
def test_whatever_the_facts_the_parts_of_a_decision_agree(tree: dict[str, Any]):
    """Release means every regime allows; a review says what is open or that a person must look; remedies release."""
    decision = decide(SHIPPED, msgspec.convert(tree, Facts))
    assert decision.release == (decision.verdict == "allow")
    for regime in decision.regimes:
        assert regime.release == (regime.verdict == "allow")
        assert regime.verdict != "review" or regime.mechanism == "human_review"
        assert regime.mechanism != "human_review" or regime.open_facts or regime.reasons
        for remedy in regime.remedies:
            changed = msgspec.convert(tree, Facts)
            for change in remedy.changes:
                changed = applied(changed, change)
            assert decide(SHIPPED, changed).release


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-09", "2026-11-23", 10),
        ("2026-11-23", "2026-11-23", 0),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-23", "2026-11-20", 0),
    ],
)
def test_working_days(start: str, end: str, days: int):
    """Monday to Friday, the first day not counted."""
    assert working_days(start, end) == days


def test_years_end_on_the_same_date():
    """29 February has no namesake in most years."""
    assert last_day("2023-11-23", 3) == "2026-11-23"
    assert last_day("2024-02-29", 3) == "2027-02-28"


BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def test_there_are_at_least_30_broken_packs():
    """One error in each file; its first line says where the reader must see it, and with which words."""
    assert len(BROKEN) >= 30


@pytest.mark.parametrize("broken", BROKEN, ids=lambda file: file.stem)
def test_a_broken_pack_is_told_where_it_is_wrong(tmp_path: Path, broken: Path):
    """Each with file and line, what was expected, and a suggestion where one is near."""
    text = broken.read_text(encoding="utf-8")
    line, _, said = text.partition("\n")[0].removeprefix("# ").partition(": ")
    pack(tmp_path)
    (tmp_path / "xx" / "law" / "act.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as error:
        load_rulebook(tmp_path, today="2026-06-01")
    assert said in str(error.value)
    file, _, seen = error.value.where.rpartition(":")
    assert (Path(file).name, seen) == ("act.yaml", line)
