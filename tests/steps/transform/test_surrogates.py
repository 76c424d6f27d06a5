"""Surrogates where a pseudonym could not be written, refusals where nothing could, and what does not come back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import RefusedError
from isthmus.exchange import Finding, Part, Protected
from isthmus.steps.restore import Restorer, translations
from isthmus.steps.transform import protect
from isthmus.steps.transform.surrogates import has_shape, surrogate

KEY = b"conversation key of a test......"
WORDS = {
    "cn.mobile": {"en": "Phone", "zh": "电话"},
    "term.person": {"en": "Person", "zh": "人员"},
    "common.email": {"en": "Email", "zh": "邮箱"},
    "address": {"en": "Address", "zh": "地址"},
    "cn.resident_id": {"en": "ID", "zh": "证件"},
    "common.ip": {"en": "Address", "zh": "地址"},
}
MOBILE = "138" + "0" * 4 + "1234"  # synthetic


def asked(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A request with one tool whose parameters are `schema`."""
    function = {"name": "send", "parameters": {"type": "object", "properties": schema}}
    return {"messages": [{"role": "user", "content": text}], "tools": [{"type": "function", "function": function}]}


def do(
    body: Any, kind: str, surface: str, *, value: str = "", duty: str = "pseudonymise", pointer: str = ""
) -> Protected:
    text = body if isinstance(body, str) else body["messages"][0]["content"]
    body = [text] if isinstance(body, str) else body
    pointer = pointer or ("/0" if isinstance(body, list) else "/messages/0/content")
    start = text.index(surface)
    finding = Finding(
        kind=kind,
        parts=(Part(pointer=pointer, start=start, end=start + len(surface)),),
        strength="certain",
        check="none",
        value=value or surface,
        surface=surface,
        classes=("x",),
    )
    return protect(body, [finding], {"x": duty}, key=KEY, words=WORDS, lang="auto")


def test_a_value_that_a_pattern_constrains_gets_a_surrogate():
    """The model can write it, it is nobody's, and it comes back in arguments and prose, parted or not."""
    pattern = r"^1[3-9]\d{9}$"
    body = asked(f"call {MOBILE} please", {"phone": {"type": "string", "pattern": pattern}})
    done = do(body, "cn.mobile", MOBILE)
    (made,) = done.originals
    assert re.fullmatch(pattern, made)
    assert done.body["messages"][0]["content"] == f"call {made} please"
    assert done.body["tools"] == body["tools"]
    restorer = Restorer(done.originals, words=translations(WORDS))
    assert restorer.restore_text(f'{{"phone":"{made}"}}', escape=True) == f'{{"phone":"{MOBILE}"}}'
    assert restorer.restore_text(f"({made[:3]}-{made[3:7]} {made[7:]})") == f"({MOBILE})"
    for other in (f"{made}0", f"1{made}", made[:-1] + str((int(made[-1]) + 1) % 10), f"a{made}", made[:-1]):
        assert restorer.restore_text(other) == other


def test_a_surrogate_comes_back_as_the_schema_wants_it():
    """The spelling in the text does not fit the pattern, the canonical value does."""
    spaced = f"{MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}"
    body = asked(f"call {spaced}", {"phone": {"type": "string", "pattern": r"^\d{11}$"}})
    done = do(body, "cn.mobile", spaced, value=MOBILE)
    assert list(done.originals.values()) == [MOBILE]


def test_an_address_of_mail_keeps_its_format_in_a_reserved_domain():
    """RFC 2606: mail to it reaches nobody."""
    body = asked("write to anna@weber.example", {"to": {"type": "string", "format": "email"}})
    done = do(body, "common.email", "anna@weber.example")
    (made,) = done.originals
    assert made.endswith("@example.com")
    assert Restorer(done.originals).restore_text(f"Sent to {made}.") == "Sent to anna@weber.example."


@pytest.mark.parametrize(
    "schema",
    [
        {"zip": {"type": "string", "pattern": r"^\d{5}$"}},
        {"country": {"type": "string", "maxLength": 2}},
        {"phone": {"type": "string", "pattern": "Phone-|^1"}},
        {"phone": {"type": "string", "pattern": r"(?<!x)1(?=3)"}},
        {"phone": {"type": "string"}},
    ],
)
def test_a_schema_about_something_else_changes_nothing(schema: dict[str, Any]):
    """No constraint of the value, or one that a pseudonym satisfies, or that no engine reads."""
    done = do(asked(f"call {MOBILE}", schema), "cn.mobile", MOBILE)
    assert re.fullmatch("Phone-[2-9A-Z]{5}", next(iter(done.originals)))


def test_what_can_have_no_form_is_refused():
    """A name of at most four letters: nothing that may leave fits, and the call says so without the name."""
    body = asked("write to Wang", {"name": {"type": "string", "maxLength": 4}})
    with pytest.raises(RefusedError, match="schema") as told:
        do(body, "term.person", "Wang")
    assert "Wang" not in str(told.value)


def test_surrogates_come_back_at_every_cut():
    """A stream of one code point at a time and every cut in two."""
    done = do(f"call {MOBILE} now", "cn.mobile", MOBILE, duty="surrogate")
    sent = done.body[0]
    assert "Phone" not in sent
    text = f"I called {sent[5:16]}, then {sent[5:8]} {sent[8:12]}-{sent[12:16]}; not {sent[5:16]}7 nor {sent[5:15]}"
    whole = Restorer(done.originals).restore_text(text)
    assert whole.count(MOBILE) == 2
    for at in range(len(text) + 1):
        restorer = Restorer(done.originals)
        cut = restorer.feed("c", text[:at], escape=False) + restorer.feed("c", text[at:], escape=False)
        assert cut + restorer.flush("c") == whole
    restorer = Restorer(done.originals)
    assert "".join(restorer.feed("c", c, escape=False) for c in text) + restorer.flush("c") == whole


def test_a_surrogate_keeps_its_case():
    """Letters of a surrogate are letters of its own case; another case is another value."""
    done = do("passport EA0000002 of hers", "term.person", "EA0000002", duty="surrogate")
    (made,) = done.originals
    assert re.fullmatch("[A-Z]{2}[0-9]{7}", made)
    restorer = Restorer(done.originals)
    assert restorer.restore_text(f"no. {made}, {made.lower()}") == f"no. EA0000002, {made.lower()}"


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=12, max_size=19))
def test_no_surrogate_is_a_valid_number(digits: str):
    """Neither Luhn nor MOD 11-2, whatever the number it stands for."""
    made = surrogate(KEY, "k", digits, digits, lambda _: True)
    assert made is not None
    assert made != digits
    luhn = sum(int(d) * 2 - 9 * (int(d) > 4) if at % 2 else int(d) for at, d in enumerate(reversed(made)))
    assert luhn % 10
    weighed = sum(int(d) * pow(2, len(made) - 1 - at, 11) for at, d in enumerate(made))
    assert weighed % 11 != 1


def test_no_surrogate_where_nothing_admits_it():
    """A condition that nothing meets ends, and short or Chinese values have no shape."""
    assert surrogate(KEY, "k", MOBILE, MOBILE, lambda _: False) is None
    assert not has_shape("张三")
    assert not has_shape("1234")
    assert not has_shape("1" * 40)


@pytest.mark.parametrize(
    ("kind", "text", "surface", "becomes"),
    [
        ("address", "他住在上海市徐汇区漕溪路1号", "上海市徐汇区漕溪路1号", "他住在[地址：上海市]"),
        ("address", "寄到广东省深圳市南山区1号", "广东省深圳市南山区1号", "寄到[地址：广东省深圳市]"),
        ("cn.resident_id", "证件110101199001010000。", "110101199001010000", "证件[证件：1990 年代]。"),
        ("cn.resident_id", "born 1984-05-06 in", "1984-05-06", "born [ID: 1980s] in"),
        ("common.email", "mail anna@weber.example now", "anna@weber.example", "mail [Email: weber.example] now"),
        ("common.ip", "from 203.0.113.9 today", "203.0.113.9", "from [Address: 203.0.0.0/16] today"),
        ("term.person", "aged 34 years old", "34 years old", "aged [Person: 30-39]"),
        ("term.person", "by Anna Weber", "Anna Weber", "by [removed: person]"),
    ],
)
def test_generalising_keeps_less(kind: str, text: str, surface: str, becomes: str):
    """A city, a decade, a network, a domain, an age band; where nothing less is known, the marker."""
    done = do(text, kind, surface, duty="generalise")
    assert done.body == [becomes]
    assert done.originals == {}


def test_a_keyed_hash_tells_equal_from_unequal_and_no_more():
    """Equal values, equal hashes; nothing comes back, and no hash is taken for a pseudonym."""
    one, same, other = (
        do(t, "term.person", n, duty="hash") for t, n in (("hi Anna", "Anna"), ("ho Anna", "Anna"), ("hi Bo", "Bo"))
    )
    assert one.body[0][3:] == same.body[0][3:] != other.body[0][3:]
    assert re.fullmatch("hi Person-[0-9a-f]{16}", one.body[0])
    assert one.originals == {}
    assert Restorer({"Person-K7F3K": "x"}).restore_text(one.body[0]) == one.body[0]
