"""What is split over two messages: the end of one text and the beginning of the next of the same speaker, read as one.

Only where both sides look as if something went on: what is read is a few hundred characters on either side, and of it
counts what crosses the border and is at least likely. Such a finding has a part in each text. It is read as it stands,
with what was encoded on either side decoded, and with what stands in groups there without gaps.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from isthmus.exchange import Finding, Part, Slot
from isthmus.steps.scan.folding import INVISIBLE, NUMERALS

REACH, NEAR, LEAST = 256, 24, 4
SPEAKERS = frozenset(("user", "tool", "assistant", "system", "developer"))
_DIGIT = re.compile(f"[0-9０-９{''.join(NUMERALS)}]|\\d|[\U0001d7ce-\U0001d7ff]")
# what a cut leaves at its edges: what numbers, names of mailboxes and encoded runs are made of
_EDGE = f"[!-~！-～{''.join(NUMERALS)}\u0370-\u052f\u2010-\u2015\u00a0\u2000-\u200a\u30fb·\U0001d400-\U0001d7ff"
_EDGE += f"{re.escape(INVISIBLE)}]"
_ENDS, _BEGINS = re.compile(f"{_EDGE} ?$"), re.compile(f" ?{_EDGE}")
_CODED, _ENDS_CODED = re.compile("[A-Za-z0-9+/]{6,}={0,2}"), re.compile("(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{6,}={0,2}$")
_GAP = re.compile(r"[^0-9A-Za-z\u3400-\u9fff\n]{1,2}")
_GROUPS = re.compile(rf"[0-9A-Z]{{1,4}}(?:{_GAP.pattern}[0-9A-Z]{{1,4}}(?![0-9A-Za-z]))*")
_ENDS_GROUPS = re.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-Z]{{1,4}}{_GAP.pattern})*[0-9A-Z]{{1,4}}$")


class Joint(NamedTuple):
    """Two texts as one: `text` holds the end of the first, from `start` on, up to `border`, and the next one's start.

    `first` and `second` are what was changed on either side of the border: where it begins in the first slot and in
    `text`; where it ends in the second slot and how long it is in `text`.
    """

    before: Slot
    after: Slot
    start: int
    border: int
    text: str
    first: tuple[int, int] | None = None
    second: tuple[int, int] | None = None


def joints(slots: Iterable[Slot]) -> list[Joint]:
    """The borders between texts of one speaker over which something may go on."""
    found: list[Joint] = []
    last: dict[str, Slot] = {}
    for slot in slots:
        if slot.key or slot.role not in SPEAKERS:
            continue
        before = last.get(slot.role)
        if before is not None:
            found += _joined(before, slot)
        last[slot.role] = slot
    return found


def _joined(before: Slot, after: Slot) -> list[Joint]:
    if not (_BEGINS.match(after.text) and _ENDS.search(before.text, len(before.text) - 2)):
        return []
    tail, head = before.text[-REACH:], after.text[:REACH]
    near = tail[-NEAR:] + head[:NEAR]
    coded = _ENDS_CODED.search(tail), _CODED.match(head)
    if not all(coded) and "@" not in near and len(_DIGIT.findall(near)) < LEAST:
        return []
    start = len(before.text) - len(tail)
    made = [Joint(before, after, start, len(tail), tail + head)]
    for end, begin, change in ((*coded, _decoded), (_ENDS_GROUPS.search(tail), _GROUPS.match(head), _closed)):
        one, other = (change(end.group()), change(begin.group())) if end and begin else (None, None)
        if end and begin and one and other:
            text = f"{tail[: end.start()]}{one}{other}{head[begin.end() :]}"
            spans = (start + end.start(), end.start()), (begin.end(), len(other))
            made.append(Joint(before, after, start, end.start() + len(one), text, *spans))
    return made


def _decoded(run: str) -> str | None:
    """What a short run of base64 holds, where that is text."""
    bare = run.rstrip("=")
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except ValueError:
        return None
    return text if len(bare) % 4 != 1 and all(c.isprintable() or c in INVISIBLE for c in text) else None


def _closed(run: str) -> str | None:
    """Groups without their gaps."""
    return _GAP.sub("", run)


def across(found: Iterable[Joint], scan: Callable[[tuple[Slot, ...]], Iterable[Finding]]) -> list[Finding]:
    """The findings that cross a border, with a part on either side; `scan` looks through texts."""
    by_pointer = {f"\0{number}": joint for number, joint in enumerate(found)}
    slots = tuple(Slot(pointer=pointer, text=joint.text, role="joint") for pointer, joint in by_pointer.items())
    crossing: dict[tuple[str, tuple[Part, ...]], Finding] = {}
    for finding in scan(slots):
        part = finding.parts[0]
        joint = by_pointer[part.pointer]
        if part.start < joint.border < part.end and finding.strength != "possible":
            parts = _parts(joint, part.start, part.end)
            crossing.setdefault((finding.kind, parts), msgspec.structs.replace(finding, parts=parts))
    return list(crossing.values())


def _parts(joint: Joint, start: int, end: int) -> tuple[Part, Part]:
    low, high = joint.start + start, end - joint.border
    if joint.first is not None and start >= joint.first[1]:
        low = joint.first[0]
    if joint.second is not None:
        run, held = joint.second
        high = run if high <= held else run + high - held
    return (
        Part(pointer=joint.before.pointer, start=low, end=len(joint.before.text)),
        Part(pointer=joint.after.pointer, start=0, end=high),
    )
