"""Codes: derived as documented, told apart though some are longer, and as quick for many values as for few."""

from __future__ import annotations

import hmac

import pytest

from isthmus.pseudonyms.form import ALPHABET, check_symbol, is_code, is_mixed
from isthmus.pseudonyms.reader import Codes
from isthmus.pseudonyms.traces import may_hold, may_look_issued
from isthmus.steps.transform.pseudonyms import Issuer


@pytest.mark.parametrize("key", [b"k", b"conversation key of a test......", b"a key longer than a block" * 8])
def test_a_code_is_the_start_of_an_hmac_in_31_symbols(key: bytes):
    for value in map(str, range(50)):
        code = Issuer(key).pseudonym("kind", value, "Phone", value).partition("-")[2]
        for attempt in range(9):
            message = f"kind\0{value}\0".encode() + attempt.to_bytes(4, "big")
            number = int.from_bytes(hmac.digest(key, message, "sha256")[:16], "big")
            symbols = "".join(ALPHABET[number // 31**place % 31] for place in range(4))
            expected = symbols + check_symbol(symbols)
            if is_mixed(expected):
                break
        assert code == expected


def test_no_code_is_another_with_a_symbol_more_or_less():
    issuer = Issuer(b"conversation key of a test......")
    for value in range(6000):
        issuer.pseudonym("kind", str(value), "Phone", "")
    assert len(issuer.codes) == 6000
    assert all(is_code(code) for code in issuer.codes)
    assert len({len(code) for code in issuer.codes}) > 1  # some collided
    shorter = {code[:at] + code[at + 1 :] for code in issuer.codes for at in range(len(code))}
    assert not shorter & issuer.codes


@pytest.mark.parametrize("parting", ["-", " ", "\n", "\u2014", "\u200b", "\u00a0", "\u00ad", "－"])
@pytest.mark.parametrize("around", ["", "会议，纪要：", "“Q4” — plan "])
def test_a_code_that_was_taken_apart_leaves_a_trace(parting: str, around: str):
    code = "K7F3" + check_symbol("K7F3")
    wide = "".join(chr(ord(symbol) + 0xFEE0) for symbol in code)
    for written in (code, code.lower(), wide, parting.join(code), *(code[:at] + parting + code[at:] for at in (1, 3))):
        assert may_hold(f"{around}{written}{around}", Codes({code: ()}))
    assert not may_hold(f"{around}{code[:-1]}{around}", Codes({code: ()}))


@pytest.mark.parametrize("run", ["A1B2C", "a1b2c3", "12345a", "a12345", "Ａ1B2C", "-ABCDE", "x%2Dy", "&ndash;"])
def test_what_looks_issued_leaves_a_trace(run: str):
    assert may_look_issued(f"会议 {run}。")


@pytest.mark.parametrize("text", ["", "Q4", "13912345678", "2024-01-01 12:30", "-Abcde", "100%", "R&D", "第3次"])
def test_what_could_be_nobodys_code_leaves_none(text: str):
    assert not may_look_issued(f"会议 {text}。")
