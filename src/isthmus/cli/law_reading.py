"""What the `law` commands share: the rulebook, facts from a file or standard input, the language."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

import isthmus
from isthmus.clock import today
from isthmus.errors import MalformedError
from isthmus.facts import Facts
from isthmus.steps.decide import Rulebook, load_rulebook

Packs = Annotated[tuple[Path, ...], Parameter(name="--pack", help="a folder with packs of your own, beside ours")]
Id = str | int | None | msgspec.UnsetType


class FactsIn(Facts, frozen=True, kw_only=True):
    """Facts as a program hands them in: an `id` comes back with the decision."""

    id: Id = msgspec.UNSET

    @property
    def facts(self) -> Facts:
        """The facts without the id."""
        return Facts(**{name: getattr(self, name) for name in Facts.__struct_fields__})


def loaded(packs: tuple[Path, ...] = ()) -> Rulebook:
    """The rulebook of our packs and those named."""
    return load_rulebook(Path(isthmus.__file__).parent / "jurisdictions", today=today(), extra=packs)


def languages(chosen: str) -> str:
    """`en` or `zh`, as chosen or as the environment says."""
    return chosen or ("zh" if os.environ.get("LANG", "").startswith("zh") else "en")


def read_facts(source: str, on: str = "") -> Iterator[FactsIn]:
    """The facts in a file, or `-` for standard input: one object, or one a line; raises `MalformedError`."""
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=source) from None
    name = "standard input" if source == "-" else source
    lines = [(n, line) for n, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if not lines:
        raise MalformedError("no facts", where=name, remedy="`isthmus law facts` prints their schema")
    if len(lines) > 1 and _is_json(lines[0][1]):
        for n, line in lines:
            yield _one(line, f"{name}:{n}", on)
        return
    yield _one(data, name, on)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def _one(data: bytes, where: str, on: str) -> FactsIn:
    try:
        tree = msgspec.json.decode(data)
        if on and isinstance(tree, dict):
            tree["on"] = on
        return msgspec.convert(tree, FactsIn)
    except msgspec.ValidationError as error:
        remedy = "`isthmus law facts` prints the schema"
        raise MalformedError(f"{str(error)[0].lower()}{str(error)[1:]}", where=where, remedy=remedy) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(f"not JSON: {error}", where=where, remedy="one object, or one a line") from None
