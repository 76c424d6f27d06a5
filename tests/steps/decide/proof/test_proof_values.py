"""Classes of facts: every value falls into one, values of one class are answered alike."""

from __future__ import annotations

from itertools import combinations

import pytest

from isthmus.errors import CatalogError
from isthmus.facts import Item
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.proof.held import filed, held
from isthmus.steps.decide.proof.leaves import Leaf, leaf
from isthmus.steps.decide.proof.schema import BASE, NOT_SAID, member
from isthmus.steps.decide.proof.totals import answers, counted, stated
from isthmus.steps.decide.proof.values import cut, variable

SCHEME = Scheme(
    id="xx.r",
    jurisdiction="cn",
    period="calendar_year",
    zone="UTC",
    per_counterparty=False,
    categories={"cn.personal": "general"},
)


def made(*trees: dict[str, object], of_item: bool = False) -> list[Leaf]:
    """The leaves of conditions."""
    return [leaf(tree, "xx.r", of_item=of_item, schemes={"xx.r": SCHEME}) for tree in trees]


def test_numbers_fall_into_bands():
    """Two thresholds make three bands, and unknown."""
    leaves = made(
        {"fact": "service.launched_days_ago", "more_than": "14"},
        {"fact": "service.launched_days_ago", "at_least": "30"},
    )
    cutting = cut(leaves)
    days = variable("service.launched_days_ago", cutting)
    assert len(days.values) == 4
    for day in (*range(40), None):
        assert cutting.signature(days.name, day) in days.index


def test_words_that_no_rule_names_are_one():
    """A closed word, an open one, and what may not be unknown."""
    forms = variable("item.form", cut(made({"fact": "item.form", "is": "hashed"}, of_item=True)))
    assert len(forms.values) == 3
    cities = variable("exporter.city", cut(made({"fact": "exporter.city", "in": ["a", "b"]})))
    assert len(cities.values) == 3
    fixed = variable("recipient.suspended", cut(made({"fact": "recipient.suspended", "is": "true"})))
    assert fixed.values == (False, True)


def test_lists_of_places_are_what_their_members_give():
    """Every list of up to three places falls into a class."""
    leaves = made({"leaves": ["cn", "hk"]}, {"reaches": ["us"]}, {"leaves": ["cn"]})
    cutting = cut(leaves)
    hosted = variable("recipient.hosted_in", cutting)
    places = ("cn", "hk", "us", "fr", "sg")
    for size in range(4):
        for chosen in combinations(places, size):
            assert cutting.signature("recipient.hosted_in", chosen) in hosted.index


def test_totals_fall_into_bands():
    """Each total from below the first threshold to above the last, and unknown."""
    leaves = made({"count": "general", "at_least": "10"}, {"count": "general", "less_than": "20"})
    one = counted(leaves, "counts.xx.r.general", {"xx.r": SCHEME})
    assert len(one.values) == 4
    for total in range(25):
        facts = stated(BASE, SCHEME, "general", type(one.values[0])(new=total))
        assert answers(leaves, facts) in one.index


def test_what_is_on_file_can_be_filed():
    """Every class of an instrument has instruments that give its answers, on any weekday."""
    leaves = made(
        {"instrument": "standard_contract"},
        {"instrument": "standard_contract", "filed": "true"},
        {"instrument": "standard_contract", "within_working_days": "10"},
    )
    one = held(leaves, "standard_contract")
    assert len(one.values) > 5
    for day in ("2026-11-23", "2026-11-28"):
        for wanted in one.values:
            filed(leaves, "standard_contract", wanted, day)


def test_what_absence_means():
    """The schema says it, and where a fact is required."""
    assert member("exporter.jurisdiction").absent is NOT_SAID
    assert member("exporter.ciio").absent is False
    assert member("exporter.owner_percent").highest == 100
    assert not member("recipient.suspended").nullable


def test_leaves_ask_as_the_engine_does():
    """Of the item where they are of an item, of no item else."""
    of_item, of_flow = (
        made({"classes": "cn.personal"}, of_item=True)[0],
        made({"classes": "cn.personal"})[0],
    )
    item = Item(classes=("cn.personal",))
    assert of_item.asked(BASE, item) is True
    assert of_flow.asked(BASE, item) is False


def test_comparing_with_facts_and_numbers_is_refused():
    """Bands and comparisons of one fact would need bands of pairs."""
    leaves = made(
        {"fact": "exporter.owner_percent", "more_than_fact": "recipient.owner_rule_percent"},
        {"fact": "exporter.owner_percent", "at_least": "50"},
    )
    with pytest.raises(CatalogError, match="cannot compare"):
        cut(leaves)
