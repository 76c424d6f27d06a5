"""How scan stands up to people who hide a number from it: every identifier, every trick, every two tricks in order.

    python bench/evasion.py [--show TRICK[+TRICK]] [--clean FOLDER]

The numbers are the examples in the identifiers' own files, in sentences of both languages with a word that says what
they are; a trick (`tricks.py`) changes the number, or the clause where it encodes, and nothing else. One is found where
findings that would be protected by default cover all of its letters and digits. A pair does one trick, then the other;
it counts where both find something to change. `--clean`: a folder of labelled texts, of which reading look-alikes must
cover hardly any more.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import isthmus
from isthmus.exchange import STRENGTH_ORDER, Finding, Slot
from isthmus.steps.scan import Identifier, Scanner, checks, load_scanner, read_catalogue, scan
from isthmus.steps.scan.confirm import plain_value
from isthmus.steps.scan.overlaps import resolve
from isthmus.steps.scan.readings import Reading, Source
from isthmus.steps.scan.scanner import _confirm as confirm  # the first of its passes alone has no other name
from isthmus.steps.scan.scanner import _look as look

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude
from bench.tricks import SPLIT, TRICKS, Trick

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
_SURE = "full width,zero width,spaces,hyphens,separators,odd separators,each apart,numerals,bankers,mixed"
SURE = tuple(_SURE.split(","))
# what is no number: many lines, or a form of words
LEFT_OUT = (
    "common.private_key",
    "common.birth_date",
    "common.coordinates",
    "common.confidential_label",
    "cn.secret_label",
)


class Hidden(NamedTuple):
    """A number in its sentence: what stands before it, the words that name it, the number, what stands behind.

    `signed`: something in it that is neither letter nor digit is part of it.
    """

    kind: str
    signed: bool
    before: str
    clause: str
    value: str
    after: str


class Rates:
    """How many were found, of how many, by row and column."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, row: str, column: str, *, found: bool) -> None:
        """Count one."""
        cell = self._cells[row, column]
        cell[0] += found
        cell[1] += 1

    def rate(self, row: str | None = None, column: str | None = None) -> float | None:
        """The share that was found in a cell, a row, a column or all."""
        cells = [
            cell
            for (r, c), cell in self._cells.items()
            if (row is None or r == row) and (column is None or c == column)
        ]
        total = sum(cell[1] for cell in cells)
        return sum(cell[0] for cell in cells) / total if total else None

    def show(self, rows: list[str], columns: list[str]) -> None:
        """Print the table in percent, with the mean of each row and column."""
        heads = [column[:7] for column in columns]
        print(f"{'':<24}" + "".join(f"{head:>8}" for head in [*heads, "all"]))
        for row in [*rows, "all"]:
            of = None if row == "all" else row
            print(f"{row:<24}" + "".join(_percent(self.rate(of, column)) for column in [*columns, None]))

    def worst(self, rows: list[str], columns: list[str]) -> float:
        """The lowest of all rows and columns."""
        found = [*(self.rate(row) for row in rows), *(self.rate(None, column) for column in columns)]
        return min(rate for rate in found if rate is not None)


def _percent(rate: float | None) -> str:
    return f"{'-':>8}" if rate is None else f"{100 * rate:>8.1f}"


def sentences(row: Identifier) -> Iterator[Hidden]:
    """The numbers of a kind in both languages."""
    latin = next((f"{word} " for word in row.context if word.isascii()), "")
    han = next((word for word in row.context if "\u4e00" <= word[0] <= "\u9fff"), latin)
    canonical = (checks.find_canonical(row.check) if row.check else None) or plain_value
    for value in dict.fromkeys(found for example in row.examples for found in example.finds):
        signed = not canonical(value).isalnum()
        yield Hidden(row.id, signed, "请尽快处理：", han, value, "，谢谢。")
        yield Hidden(row.id, signed, "Please look at this: ", latin, value, ", thank you.")


class Piece(NamedTuple):
    """What of a number stands in one message: words that were encoded with it, and the number or a part of it."""

    words: str
    number: str


def hide(hidden: Hidden, tricks: tuple[Trick, ...]) -> list[Piece] | None:
    """The number after the tricks, in one message or two; None where one does not apply."""
    pieces = [Piece("", hidden.value)]
    encoded = False
    for trick in tricks:
        if (encoded and trick.plain) or (hidden.signed and trick.gaps):
            return None
        if trick is SPLIT:
            [(words, number)] = pieces
            half = len(number) // 2
            pieces = [Piece(words, number[:half]), Piece("", number[half:])]
            continue
        if trick.encodes and not encoded:
            pieces[0] = Piece(hidden.clause, pieces[0].number)
        encoded = encoded or trick.encodes
        made = [_done(trick, piece) for piece in pieces]
        if made == pieces:
            return None
        pieces = made
    return pieces


def _done(trick: Trick, piece: Piece) -> Piece:
    if trick.whole:
        return Piece("", trick.do(piece.words + piece.number))
    return Piece(trick.do(piece.words) if piece.words else "", trick.do(piece.number))


def is_found(scanner: Scanner, hidden: Hidden, tricks: tuple[Trick, ...]) -> bool | None:
    """Whether what was hidden is covered; None where a trick does not apply."""
    pieces = hide(hidden, tricks)
    if pieces is None:
        return None
    lead = hidden.before if any(trick.encodes for trick in tricks) else hidden.before + hidden.clause
    texts = [piece.words + piece.number for piece in pieces]
    texts[0] = lead + texts[0]
    texts[-1] += hidden.after
    slots = tuple(Slot(pointer=f"/messages/{n}/content", text=text, role="user") for n, text in enumerate(texts))
    covered: dict[str, set[int]] = defaultdict(set)
    for finding in scan(scanner, slots).findings:
        if STRENGTH_ORDER[finding.strength] >= STRENGTH_ORDER["likely"]:
            for part in finding.parts:
                covered[part.pointer].update(range(part.start, part.end))
    for number, (piece, slot) in enumerate(zip(pieces, slots, strict=True)):
        start = (len(lead) if number == 0 else 0) + len(piece.words)
        whole = range(start, start + len(piece.number))
        if any(slot.text[at].isalnum() and at not in covered[slot.pointer] for at in whole):
            return False
    return True


def false_cover(scanner: Scanner, folder: Path) -> float:
    """Of the characters outside every gold span, the share that only a further reading covers."""
    outside = more = 0
    for file in sorted(folder.rglob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not isinstance(row.get("spans"), list) or not isinstance(row.get("text"), str):
                continue
            slot = Slot(pointer="/0", text=row["text"])
            gold = {at for span in row["spans"] for at in range(span["start"], span["end"])}
            outside += len(slot.text) - len(gold)
            more += len(_covered(scan(scanner, (slot,)).findings) - _covered(as_it_stands(scanner, slot)) - gold)
    return more / max(outside, 1)


def as_it_stands(scanner: Scanner, slot: Slot) -> tuple[Finding, ...]:
    """What is found in a text without any further reading of it."""
    text = f"\0{slot.text}\0"
    matches, _ = look(scanner, text, "0")
    return resolve(confirm(matches, text, [Reading(Source(slot), slot.text)], alone=True))


def _covered(findings: tuple[Finding, ...]) -> set[int]:
    return {at for finding in findings for part in finding.parts for at in range(part.start, part.end)}


def main() -> None:
    """Print the tables and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--show", default="", help="print what this trick, or these two, hid")
    parser.add_argument("--clean", type=Path, help="a folder of labelled texts")
    given = parser.parse_args()
    scanner = load_scanner(ROOT, terms={})
    known = [row for row in read_catalogue(ROOT).identifiers if row.patterns and row.id not in LEFT_OUT]
    numbers = [each for row in known for each in sentences(row)]
    plain = [each for each in numbers if is_found(scanner, each, ())]
    print(f"{len(plain)} of {len(numbers)} numbers of {len(known)} kinds are found as they are; these are hidden")
    single, pairs, kinds = Rates(), Rates(), Rates()
    shown = tuple(given.show.split("+"))
    for hidden in plain:
        for tricks in [(one,) for one in TRICKS] + list(product(TRICKS, TRICKS)):
            if len(set(tricks)) < len(tricks):
                continue
            found = is_found(scanner, hidden, tricks)
            if found is None:
                continue
            done = tuple(trick.name for trick in tricks)
            if not found and done == shown:
                print(f"- {hidden.kind}: {hidden.clause!r} {hide(hidden, tricks)}")
            if len(done) == 1:
                single.add(hidden.kind, done[0], found=found)
            else:
                pairs.add(*done, found=found)
                kinds.add(hidden.kind, done[0], found=found)
    names, rows = [trick.name for trick in TRICKS], [row.id for row in known]
    print("\neach trick")
    single.show(rows, names)
    print("\none trick (down), then another (across)")
    pairs.show(names, names)
    print("\ntwo tricks, by identifier and the first of them")
    kinds.show(rows, names)
    bars: list[Bar] = [bar(f"found: {name}", single.rate(None, name) or 0, "at least", 1.0) for name in SURE]
    for what, rates, down in (("trick", single, rows), ("pair", pairs, names), ("pair by identifier", kinds, rows)):
        bars.append(bar(f"found, worst row or column: {what}", rates.worst(down, names), "at least", 0.95))
    if given.clean:
        bars.append(bar("false cover added on clean text", false_cover(scanner, given.clean), "at most", 0.001))
    conclude(bars)


if __name__ == "__main__":
    main()
