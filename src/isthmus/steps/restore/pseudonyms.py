"""Pseudonyms of an answer become the originals again, whole or at every split point of a stream.

The namesake of `transform/pseudonyms.py`. A channel holds back only what may still become a pseudonym in a tolerated
form, at most 64 code points; `flush` gives up the rest. A pseudonym that was never issued stays as it is and is
counted: when in doubt, no restoration.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple
from urllib.parse import quote

from isthmus.pseudonyms.escapes import Layer
from isthmus.pseudonyms.form import is_code, type_word
from isthmus.pseudonyms.reader import CONTEXT, WAIT, Codes, Reader, reader
from isthmus.pseudonyms.starts import lowered
from isthmus.pseudonyms.traces import may_hold, may_look_issued
from isthmus.steps.restore.surrogates import Surrogates
from isthmus.steps.restore.synonyms import synonyms

# the form as it was issued, which needs no closer reading
_EXACT = re.compile(r"[A-Za-z\u4e00-\u9fff]+-([2-9A-HJKMNP-Z]{5,7})(?![0-9A-Za-z０-９Ａ-Ｚａ-ｚ])")

_CODE = re.compile(r"-([2-9A-HJKMNP-Z]{5,7})(?![0-9A-Za-z０-９Ａ-Ｚａ-ｚ])")
_FEW = 32  # codes that are looked for one by one

_NEW = ("", 0, 0)
Find = Callable[[str, int], int]


class Sought(NamedTuple):
    """What is looked for in one answer: the codes, type words before them, surrogates."""

    codes: Codes
    reader: Reader
    find: Find
    surrogates: Surrogates | None


class Move(NamedTuple):
    """`[start, end)` of what came in became `length` code points."""

    start: int
    end: int
    length: int


class Restorer:
    """The way back for one send: `originals` maps each issued pseudonym to its latest surface form.

    `words`, from `translations`, let a translated type word pass. `restored` and `unknown` count what
    came back and what looked like a pseudonym but was never issued. In a channel of `signed`, whose deployment checks
    its own bytes later, only what stands exactly as issued comes back: deriving it again gives the same bytes. It
    prints neither originals nor held text.
    """

    def __init__(
        self,
        originals: Mapping[str, str],
        *,
        words: Mapping[str, frozenset[str]] | None = None,
        signed: Container[str] = (),
    ) -> None:
        self._signed = signed
        self._words = words or {}
        self.restored = 0
        self.unknown = 0
        self._originals: dict[str, str] = {}  # by code, or by surrogate
        self._names: dict[str, str] = {}  # by code
        self._surrogates: list[str] = []
        self._back: set[str] = set()  # what came back at least once
        # per channel: context and what is held back, where that begins in it, and where in the channel
        self._pending: dict[str, tuple[str, int, int]] = {}
        self._moves: dict[str, list[Move]] = {}
        self._escape: dict[str, bool] = {}
        for name, original in originals.items():
            exact = _EXACT.fullmatch(name)
            if exact is not None and is_code(code := exact[1]):
                self._names[code] = name
                self._originals[code] = original
            else:
                self._surrogates.append(name)
                self._originals[name] = original

    def __repr__(self) -> str:
        return f"Restorer({len(self._originals)} pseudonyms, {self.restored} restored, {self.unknown} unknown)"

    @cached_property
    def _sought(self) -> Sought:
        """What tolerated forms are looked for with; an answer of exact forms needs none of it."""
        known: dict[str, frozenset[str]] = {}
        codes = Codes()
        for code, name in self._names.items():
            word = name[: -len(code) - 1]
            if word not in known:
                known[word] = synonyms(word, self._words.get(word, frozenset()))
            codes[code] = known[word]
        reads = reader(frozenset[str]().union(*known.values()))
        if not self._surrogates:
            return Sought(codes, reads, reads.find, None)
        surrogates = Surrogates(self._surrogates)
        return Sought(codes, reads, _first_of(reads.find, surrogates.find), surrogates)

    @property
    def missing(self) -> int:
        """How many issued pseudonyms did not come back so far."""
        return len(self._originals) - len(self._back)

    def feed(self, channel: str, text: str, *, escape: bool) -> str:
        """The text of `channel` that is certain by now; with `escape` originals are written as JSON string content."""
        before, at, passed = self._pending.get(channel, _NEW)
        buffer = before + text
        if self._sought.find(lowered(buffer), at) < 0:
            length = len(buffer)
            self._pending[channel] = (buffer[-CONTEXT:], min(CONTEXT, length), passed + length - at)
            return buffer[at:]
        self._escape[channel] = escape
        return self._run(channel, buffer, at, passed, escape=escape, final=False)

    def flush(self, channel: str) -> str:
        """What `channel` still held back; call it before any finish, stop or done event. A channel may go on."""
        buffer, at, passed = self._pending.get(channel, _NEW)
        escape = self._escape.pop(channel, False)
        out = self._run(channel, buffer, at, passed, escape=escape, final=True) if at < len(buffer) else ""
        self._pending[channel] = ("", 0, passed + len(buffer) - at)
        return out

    def whole(self, channel: str, text: str, *, escape: bool) -> str:
        """A text of `channel` that is complete: fed and flushed at once."""
        before, at, passed = self._pending.get(channel, _NEW)
        out = self._exactly(channel, text, passed, escape=escape) if at == len(before) else None
        if out is None:
            return self.feed(channel, text, escape=escape) + self.flush(channel)
        self._pending[channel] = ("", 0, passed + len(text))
        return out

    def restore_text(self, text: str, *, escape: bool = False) -> str:
        """`text` as a whole with every pseudonym restored."""
        out = self.whole("", text, escape=escape)
        self._pending.pop("", None)
        self._moves.pop("", None)
        return out

    def rebase(self, channel: str, start: int, end: int) -> tuple[int, int]:
        """Where `[start, end)` of the text that came in on `channel` stands in the text that went out.

        For what points into an answer by code points, such as citations; a range that touches a pseudonym takes in all
        of its original.
        """
        moves = self._moves.get(channel, ())
        return _moved(moves, start, last=False), _moved(moves, end, last=True)

    def _exactly(self, channel: str, text: str, passed: int, *, escape: bool) -> str | None:
        """A whole text in which pseudonyms stand exactly as issued; None where anything calls for a closer reading."""
        if self._surrogates or len(self._names) > _FEW:
            return None
        out: list[str] = []
        rest: list[str] = []
        found: list[tuple[str, int, int]] = []
        done = 0
        for match in _CODE.finditer(text):
            name = self._names.get(match[1])
            if name is None or not text.endswith(name, done, end := match.end()):
                continue
            start = end - len(name)
            rest.append(text[done:start])
            found.append((match[1], start, end))
            done = end
        rest.append(text[done:])
        left = "\0".join(rest)
        if may_look_issued(left) or may_hold(left, self._names):
            return None
        for before, (code, start, end) in zip(rest, found, strict=False):
            new = self._original(code, "", escape)
            out += (before, new)
            self._moves.setdefault(channel, []).append(Move(passed + start, passed + end, len(new)))
        return "".join((*out, rest[-1]))

    def _run(self, channel: str, buffer: str, at: int, passed: int, *, escape: bool, final: bool) -> str:
        out: list[str] = []
        done, origin = at, passed - at
        held = len(buffer)
        low = lowered(buffer)
        sought = self._sought
        while (start := sought.find(low, at)) >= 0:
            exact = self._exact(buffer, start, final=final)
            if isinstance(exact, tuple):
                name, at = exact
                if channel in self._signed and name not in self._names and buffer[start:at] != name:
                    continue  # a surrogate that was taken apart
                new = self._original(name, "", escape)
            else:
                found = exact or sought.reader.read(buffer, start, sought.codes, final=final)
                if found == WAIT:
                    held = start
                    break
                if found is None:
                    at = start + 1
                    continue
                at = found.end
                if not found.issued or (not found.strict and channel in self._signed):
                    self.unknown += not found.issued
                    continue
                original = self._original(found.code, found.layer, max(escape, found.depth))
                new = f"{found.before}{original}{found.after}"
            out += (buffer[done:start], new)
            self._moves.setdefault(channel, []).append(Move(origin + start, origin + at, len(new)))
            done = at
        out.append(buffer[done:held])
        context = max(0, held - CONTEXT)
        self._pending[channel] = (buffer[context:], held - context, origin + held)
        return "".join(out)

    def _exact(self, buffer: str, at: int, *, final: bool) -> tuple[str, int] | Literal["wait"] | None:
        """A pseudonym exactly as it was issued, or a surrogate, and its end: what needs no closer reading."""
        exact = _EXACT.match(buffer, at)
        if exact is not None and self._names.get(exact[1]) == exact.group() and (final or exact.end() < len(buffer)):
            return exact[1], exact.end()
        surrogates = self._sought.surrogates
        return surrogates.read(buffer, at, final=final) if surrogates is not None else None

    def _original(self, name: str, layer: Layer, depth: int) -> str:
        self.restored += 1
        self._back.add(name)
        text = self._originals[name]
        if layer:
            text = quote(text, safe="") if layer == "url" else html.escape(text)
        for _ in range(depth):
            text = json.dumps(text, ensure_ascii=False)[1:-1]
        return text


def _first_of(one: Find, other: Find) -> Find:
    """The first place that either finds."""

    def find(text: str, at: int) -> int:
        places = [place for place in (one(text, at), other(text, at)) if place >= 0]
        return min(places, default=-1)

    return find


def _moved(moves: Sequence[Move], offset: int, *, last: bool) -> int:
    shift = 0
    for move in moves:
        if move.end <= offset:
            shift += move.length - (move.end - move.start)
        elif move.start < offset:
            return move.start + shift + (move.length if last else 0)
    return offset + shift


def translations(words: Mapping[str, Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """For each type word, those of every kind that has it as one of its own: worked out once for all restorers."""
    found: dict[str, set[str]] = {}
    for each in words.values():
        own = {type_word(one) for one in each.values()}
        for word in own:
            found.setdefault(word, set()).update(own)
    return {word: frozenset(own) for word, own in found.items()}
