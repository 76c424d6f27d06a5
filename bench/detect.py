"""How well scan finds people, addresses and numbers in texts that nobody here wrote.

    python bench/detect.py FOLDER [SET ...] [--show KIND]

FOLDER holds JSON Lines of `{"id", "text", "spans": [{"start", "end", "label"}]}`, offsets in code points. For a kind,
*leak* is the share of the characters of its gold spans that no finding covers, *false cover* the share of the
characters outside every gold span that findings of the kind cover. Prints a line a set and kind, then the bars.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import isthmus
from isthmus.steps.scan import Scanner, load_scanner, scan_text

KINDS = {
    "PERSON": ("person", "term.person"),
    "ADDRESS": ("address",),
    "ORG": ("organisation",),
    "LOCATION": ("place",),
    "TITLE": ("job_title",),
    "EMAIL": ("common.email",),
    "PHONE": ("cn.mobile", "common.phone", "cn.landline"),
    "BANK_CARD": ("cn.bank_card",),
    "IBAN": ("eu.iban",),
    "US_SSN": ("us.ssn",),
    "IP": ("common.ip",),
}
NOT_GOLD = ("WORK", "EDUCATION", "ETHNICITY")
# set -> the most leak allowed for names of persons in Han script
NAME_BARS = {"zh_resume_dev": 0.02, "zh_peoplesdaily": 0.07, "zh_cluener_train": 0.14, "zh_weibo_dev": 0.25}
SHOWN = 60


class Tally:
    """Characters and spans of one kind in one set."""

    def __init__(self) -> None:
        self.gold = self.leaked = self.outside = self.false = self.exact = self.gold_spans = self.found = 0
        self.shown: Counter[str] = Counter()

    def line(self, name: str, kind: str) -> str:
        """One row of the table."""
        recall, precision = self.exact / max(self.gold_spans, 1), self.exact / max(self.found, 1)
        f1 = 2 * recall * precision / max(recall + precision, 1e-9)
        figures = f"{self.leak:8.3f} {self.false_cover:8.4f} {recall:8.3f} {precision:8.3f} {f1:8.3f}"
        return f"{name:<32} {kind:<12} {self.gold_spans:>6} {figures}"

    @property
    def leak(self) -> float:
        """Share of gold characters that nothing covers."""
        return self.leaked / max(self.gold, 1)

    @property
    def false_cover(self) -> float:
        """Share of characters outside gold that this kind covers."""
        return self.false / max(self.outside, 1)


def rows(folder: Path, wanted: list[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every set with its rows; only those that have span labels."""
    for file in sorted(folder.rglob("*.jsonl")):
        if (not wanted or file.stem in wanted) and ("address" not in file.stem and "cases" not in file.stem):
            with file.open(encoding="utf-8") as lines:
                yield file.stem, [json.loads(line) for line in lines]


def is_han(text: str) -> bool:
    """Whether a name is written in Han script alone."""
    return all("㐀" <= c <= "鿿" or c >= "\U00020000" for c in text)


def measure(scanner: Scanner, texts: list[dict[str, Any]]) -> dict[str, Tally]:
    """The tallies of one set, by label; `PERSON/han` counts only names in Han script."""
    tallies = {label: Tally() for label in [*KINDS, "PERSON/han"]}
    for row in texts:
        text = row["text"]
        gold = [s for s in row["spans"] if not (s["label"].endswith("_NOMINAL") or s["label"] in NOT_GOLD)]
        found = [(f.kind, f.parts[0].start, f.parts[0].end) for f in scan_text(scanner, text).findings]
        covered = {at for _, start, end in found for at in range(start, end)}
        inside = {at for span in gold for at in range(span["start"], span["end"])}
        for label, tally in tallies.items():
            kinds = KINDS[label.partition("/")[0]]
            spans = {(s["start"], s["end"]) for s in gold if s["label"] == label.partition("/")[0]}
            if label.endswith("/han"):
                spans = {s for s in spans if is_han(text[slice(*s)]) and text[s[0] - 1 : s[0]] != "@"}
            ours = {(start, end) for kind, start, end in found if kind in kinds}
            tally.gold_spans += len(spans)
            tally.found += len(ours)
            tally.exact += len(spans & ours)
            for start, end in spans:
                missed = sum(at not in covered for at in range(start, end))
                tally.gold += end - start
                tally.leaked += missed
                if missed:
                    tally.shown[f"- {text[max(0, start - 8) : start]}[{text[start:end]}]{text[end : end + 8]}"] += 1
            tally.outside += len(text) - len(inside)
            for start, end in ours:
                false = sum(at not in inside for at in range(start, end))
                tally.false += false
                if false:
                    tally.shown[f"+ {text[max(0, start - 8) : start]}[{text[start:end]}]{text[end : end + 8]}"] += 1
    return tallies


def main() -> int:
    """Print the table; the exit status is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--show", default="", help="print what was missed (-) and wrongly covered (+) of this label")
    given = parser.parse_args()
    scanner = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={}, prose=True)
    print(f"{'set':<32} {'kind':<12} {'gold':>6} {'leak':>8} {'false':>8} {'recall':>8} {'prec':>8} {'f1':>8}")
    bars: list[dict[str, Any]] = []
    false_covers: list[float] = []
    for name, texts in rows(given.folder, given.sets):
        started = time.perf_counter()
        tallies = measure(scanner, texts)
        spent = time.perf_counter() - started
        for label, tally in tallies.items():
            if tally.gold_spans or tally.found:
                print(tally.line(name, label))
        size = sum(len(row["text"].encode()) for row in texts)
        print(f"{name:<32} {size / spent / 1e6:.2f} MB/s with measuring")
        if given.show:
            print("\n".join(line for line, _ in tallies[given.show].shown.most_common(SHOWN)))
        if name.startswith("zh_"):
            false_covers.append(tallies["PERSON"].false_cover)
            bars.append(bar(f"person false cover {name}", false_covers[-1], 0.025))
        if name in NAME_BARS:
            bars.append(bar(f"person leak {name}", tallies["PERSON/han"].leak, NAME_BARS[name]))
    if len(false_covers) > 1:
        bars.append(bar("person false cover, mean", sum(false_covers) / len(false_covers), 0.015))
    for each in bars:
        print(json.dumps(each))
    return 0 if all(each["ok"] for each in bars) else 1


def bar(name: str, value: float, limit: float) -> dict[str, Any]:
    """A machine-readable bar: at most `limit`."""
    return {"bar": name, "value": round(value, 4), "limit": limit, "ok": value <= limit}


if __name__ == "__main__":
    raise SystemExit(main())
