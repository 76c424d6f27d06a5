"""Scan and transform together: wherever a number hides in a body, it does not leave, and the body stays what it was."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import isthmus
from isthmus.dialects.pointers import walk
from isthmus.exchange import Protected, Slot
from isthmus.steps.restore import Restorer, translations
from isthmus.steps.scan import Scanner, load_scanner, scan
from isthmus.steps.transform import protect

MOBILE = "13800001234"  # synthetic
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in MOBILE)
SPOKEN = "一三八零零零零一二三四"
SAID = f"电话{MOBILE}请查收"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    """The packaged identifiers and one name."""
    return load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={"person": ("周建国", 'Sean "Mac"')})


def leave(scanner: Scanner, body: Any) -> Protected:
    slots = tuple(Slot(pointer=text.pointer, text=text.text, key=text.key) for text in walk(body))
    found = scan(scanner, slots).findings
    assert found
    duties = {legal: "pseudonymise" for finding in found for legal in finding.classes}
    return protect(body, found, duties, key=b"k" * 32, words=scanner.words, lang="auto", slots=slots)


def back(done: Protected, body: Any, scanner: Scanner) -> Any:
    """An echo of what left, restored as a whole text."""
    restorer = Restorer(done.originals, words=translations(scanner.words))
    return json.loads(restorer.restore_text(json.dumps(body, ensure_ascii=False), escape=True))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"to": SAID, "n": 1}),
        json.dumps({"to": SAID, "n": 1}, ensure_ascii=False),
        json.dumps({"deep": [{"x": json.dumps({"to": SAID})}]}),
        json.dumps({"电话": {MOBILE: "周建国"}}, ensure_ascii=False),
        json.dumps({"phone": int(MOBILE), "who": "周建国"}),
        json.dumps({"who": 'ask Sean "Mac" please', "phone": MOBILE}),
    ],
)
def test_tool_arguments_stay_json_of_the_same_shape(scanner: Scanner, text: str):
    """Nothing of the values is left at any depth; an echo is what the caller sent."""
    body = {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": text}}]}]}
    done = leave(scanner, body)
    sent = done.body["messages"][0]["tool_calls"][0]["function"]["arguments"]
    plain = json.dumps(_flat(json.loads(sent)), ensure_ascii=False)
    assert MOBILE not in plain
    assert "周建国" not in plain
    assert "Mac" not in plain
    was = json.loads(text)
    if "phone" in was:
        was["phone"] = str(was["phone"])
    assert (
        json.loads(Restorer(done.originals, words=translations(scanner.words)).restore_text(sent, escape=True)) == was
    )


def _flat(value: Any) -> Any:
    """The value with JSON in its strings decoded."""
    if isinstance(value, dict):
        return {_flat(key): _flat(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_flat(inner) for inner in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        return _flat(json.loads(value))
    return value


@pytest.mark.parametrize(
    "hidden",
    [
        base64.b64encode(SAID.encode()).decode(),
        base64.urlsafe_b64encode(SAID.encode()).decode().rstrip("="),
        SAID.encode().hex(),
        f"https://example.com/?m={quote(SAID)}&x=1",
        base64.b64encode(base64.b64encode(SAID.encode())).decode(),
        f"手机 {WIDE}。",
        f"手机号{SPOKEN}。",
        "手机 138-0000-1234。",
        "手机 138\u200b0000\u200b1234。",
    ],
)
def test_a_number_that_hides_does_not_leave(scanner: Scanner, hidden: str):
    """Encoded, wide, spoken or parted: no form of it is in what leaves, however it is decoded; an echo comes back."""
    body = {"messages": [{"role": "user", "content": f"请看 {hidden} 谢谢"}]}
    done = leave(scanner, body)
    assert hidden not in done.body["messages"][0]["content"]
    again = scan(scanner, (Slot(pointer="", text=done.body["messages"][0]["content"]),)).findings
    assert not [finding for finding in again if finding.value == MOBILE]
    assert back(done, done.body, scanner) == body or _decoded_echo(done, scanner)


def _decoded_echo(done: Protected, scanner: Scanner) -> bool:
    """Whether an encoded run that left holds pseudonyms that come back once it is decoded."""
    (edit, *_) = done.edits
    run = edit.text
    for _ in range(3):
        restored = Restorer(done.originals, words=translations(scanner.words)).restore_text(run)
        if MOBILE in restored:
            return True
        run = _open(run)
    return False


def _open(run: str) -> str:
    try:
        return bytes.fromhex(run).decode()
    except ValueError:
        return base64.urlsafe_b64decode(run.replace("+", "-").replace("/", "_") + "=" * (-len(run) % 4)).decode()
