"""Commands as a person types them, in a folder with a small configuration, its secrets and a key."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from isthmus.cli.main import main
from isthmus.registry.keys import digest
from isthmus.steps.record import new_signer
from isthmus.store import NewRow, append_registry, open_store

CONFIG = """\
purposes:
  - {id: drafting, basis: contract}
entities:
  - {id: sh, name: Shanghai, jurisdiction: cn, secret: file:sh.txt}
deployments:
  - id: home
    provider: self_hosted
    endpoint: vllm
    model: m-home
    base_url: http://127.0.0.1:9/v1
    recipient: sh
    hosted_in: [cn]
    accessible_from: []
    operator_country: cn
    owner_country: cn
    trains_on_inputs: false
  - id: abroad
    provider: self_hosted
    endpoint: vllm
    model: m-abroad
    base_url: http://127.0.0.1:9/v1
    recipient: group-de
    hosted_in: [de]
    accessible_from: []
    operator_country: de
    owner_country: de
    trains_on_inputs: false
aliases:
  - {id: house, deployments: [home, abroad]}
store: {signer: file:signer.pem}
"""
KEY = "isk_" + "5" * 64
CHOICES = [
    {"fact": "purpose", "values": ["drafting"], "default": "drafting"},
    {"fact": "audience", "values": ["internal"], "default": "internal"},
]


class Said(msgspec.Struct, frozen=True):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines of the standard error stream, which all begin alike."""
        lines = self.err.splitlines()
        assert all(line.startswith("error: ") for line in lines), self.err
        return [line.removeprefix("error: ") for line in lines]


class Desk:
    """A folder with a configuration, and the command line in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    @property
    def config(self) -> Path:
        return self.folder / "isthmus.yaml"

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file beside the configuration."""
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def configure(self, old: str, new: str) -> None:
        """Change the configuration at one place."""
        text = self.config.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.write("isthmus.yaml", text.replace(old, new))

    def record(self, *rows: NewRow) -> None:
        """Put rows on record as another process would."""
        store = open_store(f"sqlite:///{self.folder / 'isthmus.db'}")
        append_registry(store, rows, at="2026-01-01T00:00:00.000Z", by="tester")
        store.close()

    def key(self, name: str = "app", **more: object) -> None:
        """Put a key on record."""
        content = {"id": name, "entity": "sh", "hash": digest(KEY + name), "choices": CHOICES, **more}
        self.record(NewRow(what="key", id=name, content=content))

    def run(self, *arguments: str | Path, stdin: bytes | io.BufferedReader = b"") -> Said:
        """A command in this process; whatever is no exit is a defect."""
        self._capsys.readouterr()
        source = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
        before, sys.stdin = sys.stdin, io.TextIOWrapper(source)
        code = 0
        try:
            main([str(each) for each in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            sys.stdin = before
        return Said(code, *self._capsys.readouterr())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A good configuration in the current folder."""
    made = Desk(tmp_path, capsys)
    made.write("isthmus.yaml", CONFIG)
    made.write("signer.pem", new_signer())
    made.write("sh.txt", "7" * 64)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANG", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return made


@pytest.fixture
def unreadable(tmp_path: Path) -> Callable[[str], str]:
    """Paths at which nothing can be read as a file: missing, a folder, below a file, too long a name."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00")
    kinds = {"missing": "nowhere.yaml", "folder": "folder", "below a file": "file/x.yaml", "too long": "n" * 300}
    return kinds.__getitem__


UNREADABLE = ("missing", "folder", "below a file", "too long")
