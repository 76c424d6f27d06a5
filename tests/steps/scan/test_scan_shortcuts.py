"""Quick ways give what the long ones give."""

from __future__ import annotations

import base64
import ipaddress
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isthmus
from isthmus.exchange import Slot
from isthmus.steps.scan import load_scanner, scan, scan_text
from isthmus.steps.scan.checks import ip, ip_private, luhn
from isthmus.steps.scan.context import Buffer, ContextWords, stand_in
from isthmus.steps.transform import protect

SCANNER = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={})


def _address(source: random.Random) -> str:
    if source.random() < 0.5:
        return ".".join(str(source.choice((0, 10, 100, 127, 169, 192, 198, source.randrange(256)))) for _ in range(4))
    first = source.choice(
        (0, 0x64, 0x100, 0x2001, 0x2002, 0x3FFF, 0x5F00, 0xFC00, 0xFE80, 0xFF02, source.getrandbits(16))
    )
    groups = [f"{first:x}", *(f"{source.choice((0, 0, 1, source.getrandbits(16))):x}" for _ in range(7))]
    return ":".join(groups).replace(":0:0:", "::", source.randrange(2))


def test_addresses_are_what_the_library_says():
    source = random.Random(1)
    for _ in range(5000):
        written = _address(source)
        try:
            address = ipaddress.ip_address(written)
        except ValueError:
            continue
        value = ip.canonical(written)
        assert value == str(address)
        has_digit = address.version == 4 or any(map(str.isdigit, value))
        public = address.is_global and not address.is_multicast and (has_digit and value.count(":") != 2)
        assert (ip.problem(value) == "") == public, value
        unusable = address.is_loopback or address.is_unspecified or address.is_reserved or address.is_multicast
        assert (ip_private.problem(value) == "") == (address.is_private and not unusable), value


@given(st.text("0123456789", max_size=24))
@settings(max_examples=100)
def test_the_luhn_sum_is_the_sum(digits: str):
    doubled = [sum(divmod(2 * int(digit), 10)) if at % 2 else int(digit) for at, digit in enumerate(reversed(digits))]
    assert luhn.remainder(digits) == sum(doubled) % 10


@given(
    st.lists(
        st.sampled_from(["a phone ", "telephones", "TEL", "手机", "cell", "cells", "Celle", "x", "1391", " "]),
        max_size=12,
    )
)
@settings(max_examples=100)
def test_context_words_are_the_same_for_few_questions_and_for_many(pieces: list[str]):
    text = "".join(pieces)
    words = ContextWords(("phone", "手机", "TEL", "cell"))
    plain = re.compile("|".join(f"(?:{whole.pattern})" for _, whole in words.words))
    buffer = Buffer(text)
    for _ in range(40):
        for low, high in ((0, len(text)), (2, 9), (5, 5), (4, len(text) - 2)):
            expected = plain.search(text, low, high) is not None if low < high else False
            assert stand_in(buffer.present(words), text, low, high) == expected


WRITTEN = ["2001:4860:4860::8888", "2001:4860:4860:0:0:0:0:8844"]
HEADER, LAST = "PuTTY-User-Key-File-2: x\n", "Private-MAC: " + "a1" * 20


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 12:30:45 and 23:59:59,123", []),
        (f"from {WRITTEN[0]} and {WRITTEN[1]}", WRITTEN),
        ("1:2:3:4:5:6:7:8:9:10", []),
        (HEADER * 3 + LAST, [HEADER + LAST]),
    ],
)
def test_what_is_seen_by_its_beginning_is_found_whole(text: str, found: list[str]):
    kinds = ("common.ip", "common.private_key")
    assert [each.surface for each in scan_text(SCANNER, text).findings if each.kind in kinds] == found


def test_many_findings_in_one_encoded_run_are_written_once():
    source = random.Random(2)
    numbers = ["138" + "".join(source.choices("0123456789", k=8)) for _ in range(150)]
    inner = "".join(f"电话 {number}, " for number in numbers * 4)
    slot = Slot(pointer="/t", text=base64.b64encode(inner.encode()).decode())
    done = protect(
        {"t": slot.text},
        scan(SCANNER, (slot,)).findings,
        {"cn.personal": "pseudonymise"},
        key=b"k" * 32,
        words=SCANNER.words,
        lang="auto",
        slots=(slot,),
    )
    left = base64.b64decode(done.body["t"]).decode()
    assert len(done.edits) == 1
    assert not any(number in left for number in numbers)
    assert len(done.originals) == 150
