"""Files that a call carries: read, scanned with the call's own texts, and turned into text where a duty demands it.

What stands in a file is looked at row by row or paragraph by paragraph, with the label of its column before each cell.
A finding in a file points at the file; its offsets are those of the passage that the layer `part:` names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from isthmus.config import Files
from isthmus.dialects import pointers
from isthmus.dialects.attached import File, file_at, place_of
from isthmus.dialects.known import DIALECTS
from isthmus.errors import RefusedError
from isthmus.exchange import Attached, Call, Edit, Finding, Part, Protected, Scan, Slot, Unscanned
from isthmus.files.extract import Bounds, Extract, Passage
from isthmus.files.readers import FileReaders
from isthmus.steps.scan import Scanner, scan
from isthmus.steps.transform import protect

PART = "part:"
AS_TEXT = "as_text"


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a call and what was read in it."""

    attached: Attached
    file: File
    extract: Extract

    def __repr__(self) -> str:
        return f"Opened({self.extract!r})"


class Retold(msgspec.Struct, frozen=True, kw_only=True):
    """A body in which files became text, with the slots and findings of that body, and an edit for each file."""

    body: object
    slots: tuple[Slot, ...]
    findings: tuple[Finding, ...]
    edits: tuple[Edit, ...] = ()


def readers_of(files: Files) -> FileReaders:
    """The readers that a configuration asks for; none is started yet."""
    bounds = Bounds(
        seconds=files.seconds,
        memory_bytes=files.memory_mb << 20,
        expanded_bytes=files.expanded_mb << 20,
        pages=files.pages,
    )
    return FileReaders(bounds, processes=files.processes)


async def open_files(readers: FileReaders, call: Call) -> tuple[Opened, ...]:
    """The files of a call, read; nothing is started for a call without one."""
    found = []
    for attached in call.files:
        file = file_at(call.body, attached.pointer)
        if file.data is None:
            continue
        extract = await readers.read(file.data, name=file.name, media_type=file.media_type)
        found.append(Opened(attached=attached, file=file, extract=extract))
    return tuple(found)


def scan_call(scanner: Scanner, call: Call, opened: tuple[Opened, ...] = ()) -> Scan:
    """Step 3 for a whole call: its texts, and what stands in its files."""
    if not opened:
        return scan(scanner, call.slots, call.unscanned)
    read = {id(file.attached.unscanned) for file in opened}
    unread = [part for part in call.unscanned if id(part) not in read]
    for file in opened:
        where = file.attached.unscanned.pointer
        unread += [Unscanned(pointer=where, medium=row.medium, reason=row.reason) for row in file.extract.unread]
    laid = (sheet for number, file in enumerate(opened) for sheet in _laid(file.extract, file.attached, number))
    table = {sheet.slot.pointer: sheet for sheet in laid}
    return _back(scan(scanner, (*call.slots, *(sheet.slot for sheet in table.values())), tuple(unread)), table)


async def scan_once(scanner: Scanner, call: Call, files: Files) -> Scan:
    """Step 3 for one call, with readers of its own."""
    readers = readers_of(files)
    try:
        return scan_call(scanner, call, await open_files(readers, call))
    finally:
        readers.close()


class Laid(NamedTuple):
    """A row or a paragraph as it is scanned: each passage with where it begins in the slot, behind its label."""

    slot: Slot
    attached: Attached
    starts: tuple[int, ...]
    passages: tuple[Passage, ...]


def scan_extract(scanner: Scanner, extract: Extract, *, every: bool = False) -> Scan:
    """What is in one file that is no part of a call; its findings stand in the passage that `part:` names."""
    unread = tuple(Unscanned(pointer="", medium=row.medium, reason=row.reason) for row in extract.unread)
    attached = Attached(pointer="", role="unknown", unscanned=Unscanned(pointer="", medium="file", reason=""))
    table = {laid.slot.pointer: laid for laid in _laid(extract, attached, 0)}
    return _back(scan(scanner, tuple(laid.slot for laid in table.values()), unread, every=every), table)


def _back(seen: Scan, table: Mapping[str, Laid]) -> Scan:
    """What was seen in the slots of files, at the places where it stands in them."""
    return msgspec.structs.replace(
        seen,
        findings=tuple(placed for finding in seen.findings if (placed := _placed(finding, table)) is not None),
        lost=tuple(placed for finding in seen.lost if (placed := _placed(finding, table)) is not None),
        unscanned=tuple(_shown(part, table) for part in seen.unscanned),
    )


def _laid(extract: Extract, attached: Attached, number: int) -> list[Laid]:
    records: list[list[Passage]] = []
    for passage in extract.passages:
        if records and passage.row and records[-1][0].row == passage.row:
            records[-1].append(passage)
        else:
            records.append([passage])
    laid = []
    for place, record in enumerate(records):
        text, starts = "", []
        for passage in record:
            text += "\t" * bool(text) + (f"{passage.label}: " if passage.label else "")
            starts.append(len(text))
            text += passage.text
        slot = Slot(pointer=f"{attached.pointer}/\0{number}/{place}", text=text, role=attached.role)
        laid.append(Laid(slot, attached, tuple(starts), tuple(record)))
    return laid


def _placed(finding: Finding, table: Mapping[str, Laid]) -> Finding | None:
    """The finding with its parts in passages; nothing where it stands in labels only, for those are cells too."""
    if not any(part.pointer in table for part in finding.parts):
        return finding
    parts = tuple(placed for part in finding.parts for placed in _parts(part, table.get(part.pointer)))
    return msgspec.structs.replace(finding, parts=parts) if parts else None


def _parts(part: Part, laid: Laid | None) -> Iterable[Part]:
    if laid is None:
        yield part
        return
    first = max(bisect_right(laid.starts, part.start) - 1, 0)
    for start, passage in zip(laid.starts[first:], laid.passages[first:], strict=True):
        low, high = max(part.start - start, 0), min(part.end - start, len(passage.text))
        if low < high:
            via = (PART + passage.place, *part.via)
            yield Part(pointer=laid.attached.pointer, start=low, end=high, via=via)
        if part.end <= start:
            break


def _shown(part: Unscanned, table: Mapping[str, Laid]) -> Unscanned:
    laid = table.get(part.pointer)
    if laid is None:
        return part
    reason = f"{laid.passages[0].place}: {part.reason}"
    return msgspec.structs.replace(part, pointer=laid.attached.unscanned.pointer, reason=reason)


def protected_call(
    call: Call, opened: tuple[Opened, ...], findings: tuple[Finding, ...], transforms: Mapping[str, str], **how: Any
) -> Protected:
    """Step 6 for a whole call; `how` goes to `protect`."""
    if not opened:
        return protect(call.body, findings, transforms, slots=call.slots, **how)
    told = retell(call, opened, findings, transforms)
    made = protect(told.body, told.findings, transforms, slots=told.slots, **how)
    return msgspec.structs.replace(made, edits=(*told.edits, *made.edits))


def retell(
    call: Call, opened: tuple[Opened, ...], findings: tuple[Finding, ...], transforms: Mapping[str, str]
) -> Retold:
    """The call's body with each file of which something must change as text, which is then changed like any other.

    Raises `RefusedError` where a file stands in a place that can hold no text: it is never sent as it was.
    """
    touched = {
        part.pointer
        for finding in findings
        if any(legal in transforms for legal in finding.classes)
        for part in finding.parts
        if part.via and part.via[0].startswith(PART)
    }
    told = Retold(body=call.body, slots=call.slots, findings=findings)
    for file in opened:
        if file.attached.pointer in touched:
            told = _as_text(told, call, file)
    return told


def _as_text(told: Retold, call: Call, file: Opened) -> Retold:
    at = file.attached.pointer
    place = place_of(DIALECTS[call.dialect].file_text, call.body, at)
    if place is None:
        raise RefusedError(
            "a file holds what may not leave as it is, and stands where no text can take its place; send its text "
            "in a message instead"
        )
    gone = f"{place.pointer}/"
    named = file.file.name_at.startswith(gone) and pointers.tokens(file.file.name_at[len(gone) - 1 :])[0]
    lead = f"{file.file.name}\n\n" if named and named not in place.kept else ""
    text, starts = written(file.extract, lead)

    def move(part: Part) -> Part | None:
        if part.pointer == at and part.via and part.via[0].startswith(PART):
            start = starts.get(part.via[0].removeprefix(PART))
            if start is None:
                return None
            return msgspec.structs.replace(
                part, pointer=place.text, start=start + part.start, end=start + part.end, via=part.via[1:]
            )
        if lead and part.pointer == file.file.name_at and not part.key:
            return msgspec.structs.replace(part, pointer=place.text)
        return None if is_gone(part.pointer) else part

    def is_gone(pointer: str) -> bool:
        below = pointer.startswith(gone) and pointers.tokens(pointer[len(gone) - 1 :])[0]
        return pointer == at or bool(below and below not in place.kept)

    moved = []
    for finding in told.findings:
        parts = tuple(new for part in finding.parts if (new := move(part)) is not None)
        if parts:
            moved.append(msgspec.structs.replace(finding, parts=parts))
    slots = [slot for slot in told.slots if not is_gone(slot.pointer)]
    number = next((n for n, slot in enumerate(told.slots) if slot.pointer.startswith(gone)), len(slots))
    slots.insert(min(number, len(slots)), Slot(pointer=place.text, text=text, role=file.attached.role))
    body = pointers.replace(told.body, place.pointer, {**place.value, place.text.rpartition("/")[2]: text})
    edit = Edit(pointer=place.pointer, start=0, end=0, text="", kind="file", duty=AS_TEXT)
    return Retold(body=body, slots=tuple(slots), findings=tuple(moved), edits=(*told.edits, edit))


def written(extract: Extract, lead: str = "") -> tuple[str, dict[str, int]]:
    """What people see of a file as one text, and where each passage begins in it."""
    text: list[str] = [lead]
    starts: dict[str, int] = {}
    size = len(lead)
    before: Passage | None = None

    def put(piece: str) -> None:
        nonlocal size
        text.append(piece)
        size += len(piece)

    for passage in extract.passages:
        if not passage.shown:
            continue
        table = passage.row.rpartition("!")[0]
        if before is not None:
            put("\t" if passage.row and passage.row == before.row else "\n")
        if table and (before is None or before.row.rpartition("!")[0] != table):
            put(f"[{table}]\n")
        elif not table and not passage.place.rpartition(": ")[2].startswith(("paragraph", "text")):
            put(f"[{passage.place}] ")
        starts[passage.place] = size
        put(passage.text.replace("\t", " ").replace("\n", " ") if table else passage.text)
        before = passage
    return "".join(text), starts
