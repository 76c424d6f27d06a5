"""`isthmus protect` and `isthmus unprotect`: a document goes out under pseudonyms and comes back as it was."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.documents import hide, show
from isthmus.keyfile import KeyFile
from isthmus.steps.scan import load_scanner

ROOT = Path(__file__).parent.parent.parent / "src" / "isthmus" / "jurisdictions"
LETTER = (
    "致张伟经理：手机13800138000（也作 138 0013 8000），身份证11010519491231002X。\r\n"
    "Write to Jane Miller <jane.miller@example.com>, or to JANE.MILLER@example.com.\n"
    f"{base64.b64encode('电话13900139000'.encode()).decode()} a%40example.org Person-K7F3Q\n"
)
KEY = KeyFile(bytes(range(32)))


def run(*arguments: str, text: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    data = text.encode() if isinstance(text, str) else text
    command = [sys.executable, "-m", "isthmus.cli.main", *arguments]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def scanner():
    return load_scanner(ROOT, terms={}, prose=True)


def test_a_letter_comes_back_byte_by_byte_from_a_key_file_for_its_owner_only(tmp_path: Path):
    key = tmp_path / "letter.key"
    out = run("protect", "-", "--key-file", str(key), text=LETTER)
    assert out.returncode == 0
    assert b"comes back with" in out.stderr
    sent = out.stdout.decode()
    for secret in ("张伟", "1380013", "138 0013", "11010519491231002X", "jane", "JANE", "example.org"):
        assert secret not in sent
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "张伟" not in key.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["letter.key"]
    back = run("unprotect", "-", "--key-file", str(key), text=sent)
    assert back.stdout.decode() == LETTER
    assert back.returncode == 0


def test_what_a_model_did_to_pseudonyms_is_tolerated_and_others_are_counted(scanner):
    done = hide("Call 13800138000 or a@example.com", KEY, scanner, wanted=lambda _: True)
    assert done.exact
    name, mail = (one.name for one in done.key.issued)
    answer = show(f"**{name.lower()}** and {mail.replace('-', ' - ')}, not {name[:-1]}2", done.key)
    assert answer.text.startswith("**13800138000** and a@example.com")
    assert (answer.restored, answer.missing) == (2, 0)


def test_one_key_file_serves_many_documents(scanner):
    """The same value has the same pseudonym in all; a later document issues nothing that an earlier one did."""
    first = hide("手机13800138000", KEY, scanner, wanted=lambda _: True)
    second = hide("手机13900139000和13800138000", first.key, scanner, wanted=lambda _: True)
    assert first.text.removeprefix("手机") in second.text
    assert show(first.text, second.key).text == "手机13800138000"
    assert show(second.text, second.key).text == "手机13900139000和13800138000"
    again = hide(first.text, second.key, scanner, wanted=lambda _: True)  # protected twice, brought back twice
    assert show(again.text, again.key).text == first.text


def test_json_stays_json(scanner):
    text = json.dumps({"name": "张伟", "note": 'call "13800138000"\nnow', "phone": 13800138000}, ensure_ascii=False)
    done = hide(text, KEY, scanner, wanted=lambda _: True)
    assert "13800138000" not in json.dumps(json.loads(done.text))
    back = json.loads(show(done.text, done.key).text)
    assert back == {**json.loads(text), "phone": "13800138000"}
    assert not done.exact


def test_only_what_is_asked_for(tmp_path: Path):
    out = run("protect", "-", "-k", str(tmp_path / "k"), "--kinds", "common.", "--json", text="a@b.com 13800138000")
    assert out.stdout.endswith(b" 13800138000")
    assert json.loads(out.stderr)["replaced"] == {"common.email": 1}


def test_errors_are_one_line_and_leave_files_alone(tmp_path: Path):
    key, other, letter = tmp_path / "k", tmp_path / "other", tmp_path / "letter"
    sent = run("protect", "-", "-k", str(key), text=LETTER).stdout
    run("protect", "-", "-k", str(other), text="13900139000")
    letter.write_text(LETTER, encoding="utf-8")
    before = letter.read_bytes()
    (tmp_path / "damaged").write_bytes(key.read_bytes().replace(b'"sealed":"', b'"sealed":"AAAA'))
    (tmp_path / "held.new").touch()
    for arguments, text, said in (
        (("unprotect", "-", "-k", str(other)), sent, b"none was issued with"),
        (("unprotect", "-", "-k", str(tmp_path / "damaged")), sent, b"damaged"),
        (("unprotect", "-", "-k", str(tmp_path / "none")), sent, b"cannot be read"),
        (("unprotect", "-", "-k", str(letter)), sent, b"no key file"),
        (("protect", "-", "-k", str(letter)), LETTER.encode(), b"no key file"),
        (("protect", "-", "-k", str(tmp_path / "held")), LETTER.encode(), b"another process"),
        (("protect", "-", "-k", str(key)), b"\xff", b"not UTF-8"),
        (("protect", str(tmp_path / "none"), "-k", str(key)), b"", b"cannot be read"),
    ):
        done = run(*arguments, text=text)
        assert (done.returncode, done.stdout) == (2, b""), arguments
        assert said in done.stderr
        assert done.stderr.startswith(b"error: ")
        assert len(done.stderr.splitlines()) == 1
    assert letter.read_bytes() == before
