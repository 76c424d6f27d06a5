"""A conversation of ten turns: what was sent once is sent again byte for byte, on any worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

import isthmus
from isthmus.dialects.pointers import walk
from isthmus.exchange import Protected, Slot
from isthmus.steps.restore import Restorer, translations
from isthmus.steps.scan import Scanner, load_scanner, scan
from isthmus.steps.transform import protect

KEY = b"one conversation of one entity.."
PEOPLE = ("周建国", "欧阳明月", "Hannelore Weber", "Li Wen")
MOBILES = tuple(f"1380000{number:04d}" for number in range(12))  # synthetic


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    """The packaged identifiers, with the names of the enterprise."""
    root = Path(isthmus.__file__).parent / "jurisdictions"
    return load_scanner(root, terms={"person": PEOPLE, "project": ("Kranich", "白鹭计划")})


def send(scanner: Scanner, body: Any) -> Protected:
    """What leaves of a body: scanned and protected as the pipeline does."""
    slots = tuple(Slot(pointer=text.pointer, text=text.text, key=text.key) for text in walk(body))
    found = scan(scanner, slots).findings
    duties = {legal: "pseudonymise" for finding in found for legal in finding.classes}
    return protect(body, found, duties, key=KEY, words=scanner.words, lang="auto", slots=slots)


def asked(turn: int) -> str:
    name, mobile = PEOPLE[turn % 4], MOBILES[turn]
    if turn % 2:
        return f"Please tell {name} ({mobile}) about Kranich, and what {PEOPLE[0]} said."
    return f"请把白鹭计划的进展告诉{name}，电话{mobile}。"


def answered(sent: str, turn: int) -> str:
    """A model that uses what it was sent, strictly or as models do."""
    words = [
        word
        for word in sent.replace("，", " ").replace("。", " ").replace("(", " ").replace(")", " ").split()
        if "-" in word
    ]
    return f"Turn {turn}: " + "; ".join(words) + ("" if turn % 3 else " — **done**")


@pytest.mark.parametrize("channel", ["0:content", "0:reasoning"])
def test_ten_turns_on_two_workers_send_the_same_history(scanner: Scanner, channel: str):
    """The client's whole history, each turn: it begins with what the turn before sent and what the model wrote."""
    messages: list[dict[str, str]] = [{"role": "system", "content": "You help 韦伯 with letters."}]
    upstream: list[bytes] = []
    for turn in range(10):
        messages.append({"role": "user", "content": asked(turn)})
        done = send(scanner, msgspec.json.decode(msgspec.json.encode({"messages": messages})))
        sent = [msgspec.json.encode(message) for message in done.body["messages"]]
        assert sent[: len(upstream)] == upstream, turn
        assert not any(name in part.decode() for part in sent for name in (*PEOPLE, *MOBILES))
        wrote = answered(done.body["messages"][-1]["content"], turn)
        restorer = Restorer(done.originals, words=translations(scanner.words), signed={"0:reasoning"})
        shown = restorer.feed(channel, wrote, escape=False) + restorer.flush(channel)
        assert any(name in shown for name in (*PEOPLE, *MOBILES))
        messages.append({"role": "assistant", "content": shown})
        upstream = [*sent, msgspec.json.encode({"role": "assistant", "content": wrote})]


def test_signed_text_comes_back_only_as_issued(scanner: Scanner):
    """What a model wrote loosely in signed reasoning stays, so that deriving it again gives the signed bytes."""
    done = send(scanner, {"content": f"ask {PEOPLE[2]} at {MOBILES[1]} today"})
    person, phone = done.originals
    loose = f"{person.lower().replace('-', ' ')} and {person}"
    restorer = Restorer(done.originals, words=translations(scanner.words), signed={"0:reasoning"})
    shown = restorer.feed("0:reasoning", loose, escape=False) + restorer.flush("0:reasoning")
    assert shown == f"{person.lower().replace('-', ' ')} and {PEOPLE[2]}"
    assert (
        restorer.feed("0:content", loose, escape=False) + restorer.flush("0:content") == f"{PEOPLE[2]} and {PEOPLE[2]}"
    )
    assert restorer.missing == 1
    assert phone in done.originals
