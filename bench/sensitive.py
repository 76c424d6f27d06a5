"""Whether scan sees what is said of someone that is sensitive, and leaves alone what is not.

    python bench/sensitive.py [CLASS ...] [--show]

`bench/sensitive` holds a file for each class: lines with `+` are said of someone, lines with `-` only use the words
(the secret of a sauce, Christian as a name, a disease in the news). Half are Chinese, half English; all are made up.
The vocabulary was worked on with them; those in `unseen` are the latest that were written after it, and say what to
expect elsewhere. A sentence counts for a class where scan has a finding of its kind. Prints a line a class and
language, then the bars.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import isthmus
from isthmus.steps.scan import Scanner, load_scanner, scan_text

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude

FOLDER = Path(__file__).parent / "sensitive"
RECALL, PRECISION, SENTENCES = 0.9, 0.8, 60


class Sentence(NamedTuple):
    """A sentence, and whether it says something sensitive of someone."""

    text: str
    said: bool

    @property
    def language(self) -> str:
        """Chinese where any Han character stands in it."""
        return "zh" if any("\u4e00" <= character <= "\u9fff" for character in self.text) else "en"


class Tally(NamedTuple):
    """Sentences of one class that were found rightly, missed, and found wrongly."""

    right: int
    missed: int
    wrong: int

    @property
    def recall(self) -> float:
        """Share of what was said that was found."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def precision(self) -> float:
        """Share of what was found that was said."""
        return self.right / max(self.right + self.wrong, 1)


def read(name: str, folder: Path = FOLDER) -> list[Sentence]:
    """The sentences of a class."""
    lines = (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [Sentence(line[2:], line[0] == "+") for line in lines if line]


def tally(scanner: Scanner, kind: str, sentences: list[Sentence], *, show: bool) -> Tally:
    """What scan makes of them; with `show` what it got wrong is printed."""
    right = missed = wrong = 0
    for sentence in sentences:
        found = any(finding.kind == kind for finding in scan_text(scanner, sentence.text).findings)
        right += found and sentence.said
        missed += sentence.said and not found
        wrong += found and not sentence.said
        if show and found != sentence.said:
            print(f"  {'missed' if sentence.said else 'wrong '} {sentence.text}")
    return Tally(right, missed, wrong)


def main() -> None:
    """Print the table and the bars; the exit status is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("classes", nargs="*")
    parser.add_argument("--show", action="store_true", help="print what was missed or found wrongly")
    given = parser.parse_args()
    root = Path(isthmus.__file__).parent / "jurisdictions"
    scanner = load_scanner(root, terms={}, prose=True, sensitive=True)
    bars: list[Bar] = []
    size, spent = 0, 0.0
    unseen = Tally(0, 0, 0)
    for name in given.classes or sorted(file.stem for file in FOLDER.glob("*.txt")):
        sentences = read(name)
        started = time.perf_counter()
        parts = {
            lang: tally(scanner, f"text.{name}", [s for s in sentences if s.language == lang], show=given.show)
            for lang in ("zh", "en")
        }
        spent += time.perf_counter() - started
        size += sum(len(sentence.text.encode()) for sentence in sentences)
        both = Tally(*(sum(column) for column in zip(*parts.values(), strict=True)))
        fresh = tally(scanner, f"text.{name}", read(name, FOLDER / "unseen"), show=given.show)
        unseen = Tally(*map(sum, zip(unseen, fresh, strict=True)))
        for lang, each in (*parts.items(), ("both", both), ("unseen", fresh)):
            print(f"{name:<18} {lang:<6} recall {each.recall:.3f} precision {each.precision:.3f} {tuple(each)}")
        said = sum(sentence.said for sentence in sentences)
        bars.append(bar(f"sensitive.{name}.recall", both.recall, "at least", RECALL))
        bars.append(bar(f"sensitive.{name}.precision", both.precision, "at least", PRECISION))
        bars.append(bar(f"sensitive.{name}.sentences", min(said, len(sentences) - said), "at least", SENTENCES))
    print(f"{'all':<18} unseen recall {unseen.recall:.3f} precision {unseen.precision:.3f} {tuple(unseen)}")
    print(f"{size / spent / 1e6:.2f} MB/s with names and addresses")
    conclude(bars)


if __name__ == "__main__":
    main()
