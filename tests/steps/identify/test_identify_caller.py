"""What a registration and a call say together: chosen values, attestations, conversations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from isthmus.errors import ForbiddenError, MalformedError
from isthmus.exchange import Caller, Slot
from isthmus.registry.keys import Choice, Key
from isthmus.steps.identify import caller_of

SECRET = b"s" * 32
SLOTS = (
    Slot(pointer="/messages/0/content", text="You are a clerk.", role="system"),
    Slot(pointer="/messages/1/content/0/text", text="Good morning.", role="user"),
    Slot(pointer="/messages/1/content/1/text", text="Two things.", role="user"),
    Slot(pointer="/messages/2/content", text="Yes?", role="assistant"),
    Slot(pointer="/messages/3/content", text="Later.", role="user"),
)


def key(**members: Any) -> Key:
    """A registered key."""
    choices = (
        Choice(fact="purpose", values=("drafting", "hiring"), default="drafting"),
        Choice(fact="origin", values=("abroad",)),
    )
    return Key(**{"id": "app", "entity": "one", "hash": "0" * 64, "choices": choices, **members})


def caller(*, slots: tuple[Slot, ...] = SLOTS, by: Key | None = None, **wishes: Any) -> Caller:
    """The caller of a call with these wishes."""
    return caller_of(by or key(), wishes, slots, SECRET)


@pytest.mark.parametrize(("wish", "known"), [("consents", "separate_consent"), ("instruments", "standard_contract")])
def test_a_statement_that_no_decision_knows_is_refused_with_those_that_it_knows(wish: str, known: str) -> None:
    """A misspelt consent would count for nothing in silence; what was sent is not repeated."""
    attesting = key(attests=("consents", "instruments"))
    stated: Any = (known, "13912345678")
    with pytest.raises(MalformedError, match="no decision knows") as caught:
        caller(by=attesting, **{wish: stated})
    assert known in caught.value.remedy
    assert "13912345678" not in str(caught.value)


def test_a_default_holds_where_the_call_does_not_choose_and_no_default_leaves_it_unknown() -> None:
    assert caller().chosen == {"purpose": "drafting", "origin": "unknown"}
    assert caller(purpose="hiring", origin="abroad").chosen == {"purpose": "hiring", "origin": "abroad"}


def test_a_value_outside_the_set_is_forbidden_with_the_allowed_values() -> None:
    with pytest.raises(ForbiddenError) as caught:
        caller(purpose="marketing")
    assert caught.value.remedy == "allowed: drafting, hiring"
    with pytest.raises(ForbiddenError, match="`audience`"):
        caller(audience="public")


@pytest.mark.parametrize(
    ("wish", "value"),
    [
        ("persons", 3),
        ("persons_sensitive", 1),
        ("persons_by_category", {"health": 1}),
        ("consents", ("notice",)),
        ("instruments", ("standard_contract",)),
    ],
)
def test_statements_count_only_where_the_key_may_attest_them(wish: str, value: Any) -> None:
    with pytest.raises(ForbiddenError, match=f"may not attest `{wish}`"):
        caller(**{wish: value})
    found = caller(by=key(attests=("persons", "consents", "instruments")), **{wish: value})
    assert (found.attested, found.attested_by) == ({wish: value}, "app")


def test_the_stricter_quality_holds() -> None:
    strict = key(min_quality=Decimal("0.8"))
    assert caller(by=strict).min_quality == Decimal("0.8")
    assert caller(by=strict, min_quality=Decimal("0.5")).min_quality == Decimal("0.8")
    assert caller(by=strict, min_quality=Decimal("0.9")).min_quality == Decimal("0.9")


def test_a_conversation_is_the_system_prompt_and_the_whole_first_user_message() -> None:
    first = caller().conversation
    assert caller(slots=SLOTS[:3]).conversation == first, "the history may grow"
    shorter = (SLOTS[0], SLOTS[1])
    assert caller(slots=shorter).conversation != first
    assert caller(slots=()).conversation != first


def test_a_conversation_is_never_shared_across_keys_names_or_secrets() -> None:
    found = {
        caller().conversation,
        caller(by=key(id="other")).conversation,
        caller(conversation="a").conversation,
        caller(conversation="b").conversation,
        caller(by=key(id="other"), conversation="a").conversation,
        caller_of(key(), {}, SLOTS, b"t" * 32).conversation,
    }
    assert len(found) == 6
    assert caller(conversation="a").conversation_named
    assert not caller().conversation_named


def test_a_lone_surrogate_does_not_stop_the_call() -> None:
    assert caller(slots=(Slot(pointer="/messages/0/content", text="\ud800", role="user"),)).conversation


def test_a_key_for_re_export_names_its_conversations() -> None:
    with pytest.raises(MalformedError, match="must name its conversations"):
        caller(by=key(reexport=True))
    assert caller(by=key(reexport=True), conversation="a").conversation_named
