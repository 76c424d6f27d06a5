"""Protecting: what leaves, and that an echo of it comes back as it was."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.pointers import PointerError, walk
from isthmus.exchange import Finding, Part, Protected
from isthmus.pseudonyms.form import check_symbol, is_code
from isthmus.steps.restore import Restorer, translations
from isthmus.steps.transform import protect

KEY = b"conversation key of a test......"
WORDS = {
    "cn.mobile": {"en": "Phone", "zh": "电话"},
    "cn.bank_card": {"en": "Bank card", "zh": "银行卡"},
    "term.person": {"en": "Person", "zh": "人员"},
    "common.api_key": {"en": "API key", "zh": "API 密钥"},
}
DUTIES = {"cn.personal": "pseudonymise", "common.secret": "drop"}
MOBILE = "138" + "0" * 4 + "1234"  # synthetic
STRICT = re.compile(r"(?:Person|Phone|Bankcard|人员|电话|银行卡)-[2-9A-HJKMNP-Z]{5,7}")


def find(
    pointer: str, text: str, surface: str, kind: str = "term.person", *, value: str = "", nth: int = 0, **part: Any
) -> Finding:
    """A finding of the nth occurrence of `surface` in `text`."""
    start = [match.start() for match in re.finditer(re.escape(surface), text)][nth]
    return Finding(
        kind=kind,
        parts=(Part(pointer=pointer, start=start, end=start + len(surface), **part),),
        strength="certain",
        check="none",
        value=value or surface,
        surface=surface,
        classes=("common.secret",) if kind == "common.api_key" else ("cn.personal",),
    )


def do(body: Any, *findings: Finding, lang: Any = "auto", key: bytes = KEY) -> Protected:
    return protect(body, findings, DUTIES, key=key, words=WORDS, lang=lang)


def back(done: Protected, text: str, *, escape: bool = False) -> str:
    return Restorer(done.originals, words=translations(WORDS)).restore_text(text, escape=escape)


def test_a_pseudonym_fits_its_sentence_and_comes_back():
    """Chinese around it gives a Chinese type word, English an English one; the rest of the body is untouched."""
    chinese, english = f"请联系张三，电话{MOBILE}。", "Please write to John Miller today."
    body: Any = {"messages": [{"role": "user", "content": chinese}, {"content": english}], "temperature": 0.5}
    done = do(
        body,
        find("/messages/0/content", chinese, "张三"),
        find("/messages/0/content", chinese, MOBILE, "cn.mobile"),
        find("/messages/1/content", english, "John Miller"),
    )
    first, second = (message["content"] for message in done.body["messages"])
    assert re.fullmatch(r"请联系人员-[2-9A-Z]{5}，电话电话-[2-9A-Z]{5}。", first)
    assert re.fullmatch(r"Please write to Person-[2-9A-Z]{5} today\.", second)
    assert (back(done, first), back(done, second)) == (chinese, english)
    assert done.body["temperature"] == 0.5
    assert body["messages"][0]["content"] == chinese
    assert {edit.duty for edit in done.edits} == {"pseudonymise"}
    assert all(is_code(pseudonym.partition("-")[2]) for pseudonym in done.originals)
    assert MOBILE not in repr(done) + repr(done.edits)


def test_one_value_one_pseudonym_in_one_conversation():
    """The same wherever it stands and however often it is derived, back in the latest spelling; not in another."""
    spaced = f"{MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}"
    texts = [f"call {MOBILE} now", f"call {spaced} now"]
    findings = [
        find("/0", texts[0], MOBILE, "cn.mobile", value=MOBILE),
        find("/1", texts[1], spaced, "cn.mobile", value=MOBILE),
    ]
    done = do(texts, *findings)
    assert done.body[0] == done.body[1]
    assert back(done, done.body[0]) == texts[1]
    assert do(texts, *findings).body == done.body
    assert do(texts[:1], findings[0]).body == done.body[:1]
    other = do(texts, *findings, key=b"another")
    assert other.body != done.body
    assert back(other, done.body[0]) == done.body[0]


def test_a_growing_history_keeps_its_pseudonyms():
    """Ten turns: what was sent before is sent again byte for byte."""
    names = [f"Person {letter}{letter}" for letter in "ABCDEFGHJK"]
    texts: list[str] = []
    before: list[str] = []
    for name in names:
        texts.append(f"and then {name} said that {names[0]} agreed")
        found = [find(f"/{i}", t, n, nth=0) for i, t in enumerate(texts) for n in {names[0], names[i]} if n in t]
        sent = do(list(texts), *found).body
        assert sent[: len(before)] == before
        before = sent


def test_a_secret_is_dropped_for_good():
    """A fixed marker, and nothing on the way back."""
    text = "my key is sk-test-1234567890abcdef, keep it"
    done = do([text], find("/0", text, "sk-test-1234567890abcdef", "common.api_key"))
    assert done.body == ["my key is [removed: api key], keep it"]
    assert done.originals == {}
    assert done.edits[0].duty == "drop"


def test_overlapping_findings_become_their_union_under_the_strongest_duty():
    """One region, no seam; what drops wins; the value of the finding that covers the whole names the pseudonym."""
    text = "reach zhang.san@example.com-0001 please"
    wide, narrow, late = "zhang.san@example.com", "zhang", "example.com-0001"
    one = do([text], find("/0", text, wide), find("/0", text, narrow), find("/0", text, wide, "cn.mobile"))
    assert one.body == do([text], find("/0", text, wide)).body or len(one.originals) == 1
    both = do([text], find("/0", text, wide), find("/0", text, late))
    assert len(both.originals) == 1
    assert back(both, both.body[0]) == text
    dropped = do([text], find("/0", text, wide), find("/0", text, late, "common.api_key"))
    assert dropped.body == ["reach [removed: api key] please"]


def test_neighbours_without_a_gap_come_back():
    """Two values side by side, and a value that letters touch."""
    text = f"tel{MOBILE}John{MOBILE}abc"
    done = do(
        [text],
        find("/0", text, MOBILE, "cn.mobile"),
        find("/0", text, "John"),
        find("/0", text, MOBILE, "cn.mobile", nth=1),
    )
    assert MOBILE not in done.body[0]
    assert back(done, done.body[0]) == text


def test_keys_are_edited_and_stay_apart():
    """Two spellings of one value are two keys still."""
    body = {"张三": 1, "张 三": 2, "note": "张三"}
    done = do(
        body,
        find("/张三", "张三", "张三", key=True),
        find("/张 三", "张 三", "张 三", key=True, value="张三"),
        find("/note", "张三", "张三"),
    )
    keys = list(done.body)
    assert keys[2] == "note"
    assert len({*keys}) == 3
    assert all(re.fullmatch(r"人员-[2-9A-Z]{5}", key) for key in keys[:2])
    assert done.body[keys[0]] == 1
    assert back(done, keys[1]) == "张 三"


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ('{ "to" : "张三" , "n":1.0}', "/to"),
        ('{"to":"\\u5f20\\u4e09\\n","x":"\\/"}', "/to"),
        ('{"a":[{"张三":true}]}', "/a/0/张三#"),
        ('{"a":"{\\"b\\":\\"张三\\"}"}', "/a"),
        ('{"a":"x","a":"张三"}', "/a"),
    ],
)
def test_json_in_a_string_changes_only_where_it_must(arguments: str, path: str):
    """Tool-call arguments: the value is replaced inside its literal, all else stays as it was, and it is JSON again."""
    surface = "张三" if "张三" in arguments else "\\u5f20\\u4e09"
    finding = find("/0", arguments, surface, value="张三", via=(f"json:{path}",))
    done = do([arguments], finding)
    new = done.body[0]
    (pseudonym,) = STRICT.findall(new)
    json.loads(new)
    assert new == arguments.replace(surface, pseudonym)
    assert json.loads(back(done, new, escape=True)) == json.loads(arguments)


def test_a_number_in_json_becomes_a_string():
    """A number cannot hold a word: the arguments stay JSON."""
    arguments = f'{{"phone":{MOBILE},"n":1}}'
    done = do([arguments], find("/0", arguments, MOBILE, "cn.mobile", via=("json:/phone",)))
    assert re.fullmatch("Phone-[2-9A-Z]{5}", json.loads(done.body[0])["phone"])
    assert json.loads(back(done, done.body[0], escape=True)) == {"phone": MOBILE, "n": 1}


def test_layers_within_layers():
    """JSON in JSON, base64 and percent-encoding: the run is written again in its own encoding."""
    inner = json.dumps({"who": 'Zhang "San"'})
    outer = json.dumps({"payload": inner, "k": 1})
    surface = json.dumps(json.dumps('Zhang "San"')[1:-1])[1:-1]
    done = do([outer], find("/0", outer, surface, value="x", via=("json:/payload", "json:/who")))
    sent = json.loads(json.loads(done.body[0])["payload"])
    assert back(done, sent["who"]) == 'Zhang "San"'

    run = base64.b64encode(f"call {MOBILE} today".encode()).decode()
    text = f"data:{run};"
    done = do([text], find("/0", text, run, "cn.mobile", value=MOBILE, via=("base64",)))
    assert not done.edits[0].text.startswith("Phone")
    finding = find("/0", text, run, "cn.mobile", value=MOBILE, via=("base64",))
    named = Finding(**{n: getattr(finding, n) for n in finding.__struct_fields__} | {"surface": MOBILE})
    done = do([text], named)
    decoded = base64.b64decode(done.body[0][5:-1]).decode()
    assert back(done, decoded) == f"call {MOBILE} today"
    assert MOBILE not in decoded

    address = f"https://example.com/?n={quote('张三')}&m=1"
    done = do([address], find("/0", address, quote("张三"), value="张三", via=("url",)))
    assert "%E5%BC%A0" not in done.body[0]
    assert done.body[0].endswith("&m=1")
    assert back(done, done.body[0]) == address


def test_an_unreadable_layer_goes_as_a_whole():
    """What was called encoded and cannot be read is replaced in full: nothing of it leaves."""
    text = "x %%%% y"
    done = do([text], find("/0", text, "%%%%", via=("base64",)))
    assert "%%%%" not in done.body[0]
    assert back(done, done.body[0]) == text
    done = do([text], find("/0", text, "%%%%", via=("part:sheet1!B7",)))
    assert "%%%%" not in done.body[0]


def test_text_that_looks_like_a_pseudonym_comes_back_as_it_was():
    """Typed by the caller: neither taken for what it looks like nor changed, in strict and in tolerated forms."""
    typed = f"Person-K7F3{check_symbol('K7F3')}"
    name = "Anna Weber"
    probe = do([f"write to {name}"], find("/0", f"write to {name}", name))
    (issued,) = probe.originals
    apart = f"{issued[:9]} {issued[9:]}"
    text = f"write to {name}, not to {issued} or {issued.lower().replace('-', ' ')} or {typed}, {apart}"
    done = do([text], find("/0", text, name))
    assert typed not in done.body[0]
    assert done.body[0].count(issued) == 1
    assert back(done, done.body[0]) == text
    assert sorted(edit.duty for edit in done.edits) == ["escape"] * 4 + ["pseudonymise"]


def test_nothing_to_do_changes_nothing():
    """No class with a duty: the same body object."""
    body = ["text of Anna"]
    assert protect(body, [find("/0", body[0], "Anna")], {}, key=KEY, words=WORDS, lang="auto").body is body
    other = Finding(kind="x", parts=(Part(pointer="/0", start=0, end=4),), strength="likely", check="none", value="t")
    assert do(body, other) == Protected(body=body)


def test_mistakes_are_errors():
    """An unknown duty, and a finding that addresses no text."""
    with pytest.raises(ValueError, match="no such duty"):
        protect(["a"], [], {"cn.personal": "forget"}, key=KEY, words=WORDS, lang="auto")
    with pytest.raises(PointerError):
        do(["a"], find("/9", "abc", "abc"))


def test_a_finding_in_two_places_is_protected_in_both():
    """A number split over two messages: each part has its own pseudonym and comes back."""
    texts = ["my number begins 1380000", "and ends 1234"]
    finding = Finding(
        kind="cn.mobile",
        parts=(Part(pointer="/0", start=17, end=24), Part(pointer="/1", start=9, end=13)),
        strength="likely",
        check="none",
        value=MOBILE,
        classes=("cn.personal",),
    )
    done = do(texts, finding)
    assert "1380000" not in done.body[0]
    assert "1234" not in done.body[1]
    assert [back(done, text) for text in done.body] == texts


SURFACES = ["张三", "Anna Weber", MOBILE, 'O\'Neil "B"', "李四", "x\\y", "6222 0212"]
FILL = [
    "请联系",
    "call ",
    "，",
    " - ",
    "**",
    '"',
    "{",
    "-K7F32 ",
    "Person-",
    "人员",
    "\n",
    "s",
    "7",
    "\\n",
    "%2D",
    "Person K7F3Q",
]


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(
        st.lists(st.tuples(st.booleans(), st.integers(0, 11)), max_size=8).map(
            lambda picks: [(True, SURFACES[n % len(SURFACES)]) if planted else (False, FILL[n]) for planted, n in picks]
        ),
        min_size=1,
        max_size=4,
    )
)
def test_an_echo_of_what_left_comes_back(texts: list[list[tuple[bool, str]]]):
    """Whatever stands around the values: none of them leaves, and an echo restored is what the caller sent."""
    body, findings = [], []
    for number, pieces in enumerate(texts):
        text = ""
        for planted, piece in pieces:
            if planted:
                part = Part(pointer=f"/{number}", start=len(text), end=len(text) + len(piece))
                kind = ("term.person", "cn.mobile")[piece[0].isdigit()]
                findings.append(
                    Finding(
                        kind=kind,
                        parts=(part,),
                        strength="certain",
                        check="none",
                        value=piece,
                        classes=("cn.personal",),
                    )
                )
            text += piece
        body.append(text)
    done = do(body, *findings)
    for number, (text, sent) in enumerate(zip(body, done.body, strict=True)):
        assert not any(planted and piece in sent for planted, piece in texts[number])
        assert back(done, sent) == text
        stream = Restorer(done.originals, words=translations(WORDS))
        assert "".join(stream.feed("c", char, escape=False) for char in sent) + stream.flush("c") == text
    assert [text.pointer for text in walk(done.body)] == [text.pointer for text in walk(body)]
