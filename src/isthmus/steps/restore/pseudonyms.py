"""Pseudonyms of an answer become the originals again, whole or at every split point of a stream.

The namesake of `transform/pseudonyms.py`. A channel holds back only what may still become a pseudonym in a tolerated
form, at most 64 code points; `flush` gives up the rest. A pseudonym that was never issued stays as it is and is
counted: when in doubt, no restoration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from isthmus.pseudonym_reader import WAIT, Sighting, reader

_START = "\n"  # what stands before the first code point of a channel


class Restorer:
    """The way back for one send: `originals` maps each issued pseudonym to its latest surface form.

    `restored` and `unknown` count what came back and what looked like a pseudonym but was never issued. It prints
    neither originals nor held text.
    """

    def __init__(self, originals: Mapping[str, str]) -> None:
        self.restored = 0
        self.unknown = 0
        self.seen: set[str] = set()  # codes that came back at least once
        self._originals = {pseudonym.partition("-")[2]: text for pseudonym, text in originals.items()}
        self._reader = reader(frozenset(pseudonym.partition("-")[0] for pseudonym in originals))
        self._search = self._reader.start
        self._pending: dict[str, str] = {}  # per channel the last code point given out, then what is held back
        self._escape: dict[str, bool] = {}

    def __repr__(self) -> str:
        return f"Restorer({len(self._originals)} pseudonyms, {self.restored} restored, {self.unknown} unknown)"

    @property
    def missing(self) -> int:
        """How many issued pseudonyms did not come back so far."""
        return len(self._originals) - len(self.seen)

    def feed(self, channel: str, text: str, *, escape: bool) -> str:
        """The text of `channel` that is certain by now; with `escape` originals are written as JSON string content."""
        if not text:
            return ""
        before = self._pending.get(channel, _START)
        buffer = before + text
        if self._search(buffer, 1) is None:
            self._pending[channel] = buffer[-1]
            return buffer[1:]
        self._escape[channel] = escape
        return self._run(channel, buffer, escape=escape, final=False)

    def flush(self, channel: str) -> str:
        """What `channel` still held back; call it before any finish, stop or done event."""
        buffer = self._pending.pop(channel, _START)
        escape = self._escape.pop(channel, False)
        out = self._run(channel, buffer, escape=escape, final=True)
        self._pending[channel] = (buffer[:1] + out)[-1]
        return out

    def restore_text(self, text: str, *, escape: bool = False) -> str:
        """`text` as a whole with every pseudonym restored."""
        out = self.feed("", text, escape=escape) + self.flush("")
        del self._pending[""]
        return out

    def _run(self, channel: str, buffer: str, *, escape: bool, final: bool) -> str:
        out: list[str] = []
        done = at = 1
        while (match := self._search(buffer, at)) is not None:
            found = self._reader.read(buffer, match.start(), self._originals, final=final)
            if found == WAIT:
                out.append(buffer[done : match.start()])
                self._pending[channel] = buffer[match.start() - 1 :]
                return "".join(out)
            if found is None:
                at = match.start() + 1
                continue
            at = found.end
            if not found.issued:
                self.unknown += 1
                continue
            out += (buffer[done : found.start], self._original(found, escape=escape))
            done = found.end
        out.append(buffer[done:])
        self._pending[channel] = buffer[-1]
        return "".join(out)

    def _original(self, found: Sighting, *, escape: bool) -> str:
        self.restored += 1
        self.seen.add(found.code)
        text = self._originals[found.code]
        if escape:
            text = json.dumps(text, ensure_ascii=False)[1:-1]
        return f"{found.before}{text}{found.after}"
