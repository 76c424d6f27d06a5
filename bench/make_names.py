"""Write the character tables of Chinese names from the frequencies of jieba's dictionary.

    python bench/make_names.py DICT

DICT is `dict.txt` of jieba 0.42.1 (MIT): a word, its frequency and its part of speech a line; `nr` marks names, `nrt`
transliterated ones. A value is ten times the natural logarithm of the ratio between a character's share in that part of
names and its share in all other words. Surnames come from `words.yaml`, so that only real ones count.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from pathlib import Path

import isthmus
from isthmus.steps.scan.prose.tables import Words, read_words

FOLDER = Path(isthmus.__file__).parent / "jurisdictions" / "cn" / "names"
PARTS = ("surname", "first", "second", "single", "transliterated")
NOT_GIVEN = "县镇村爷哥娘公氏某"
UNSEEN_SURNAME, MOST_UNSEEN = 2, 45
SMOOTHING = 200
Shares = dict[str, dict[str, float]]


def count(lines: list[str], words: Words) -> Shares:
    """How often each character stands in each part of names, weighted by the logarithm of the word's frequency."""
    parts: Shares = {name: defaultdict(float) for name in (*PARTS, "other")}
    surnames, common = set("".join(words.surnames)), set(words.common_surnames)
    for line in lines:
        word, frequency, tag = line.split(" ")
        weight = 1 + math.log(int(frequency))
        if tag != "nr":
            for character in word:
                parts["other"][character] += int(frequency)
        if tag == "nrt" and len(word) >= 3:
            for character in word:
                parts["transliterated"][character] += weight
        if tag in {"nr", "nrfg"} and len(word) in {2, 3} and word[0] in surnames:
            parts["surname"][word[0]] += weight
            if word[0] in common and word[-1] not in NOT_GIVEN:
                if len(word) == 3:
                    parts["first"][word[1]] += weight
                    parts["second"][word[2]] += weight
                else:
                    parts["single"][word[1]] += weight
    return parts


def ratios(parts: Shares, words: Words) -> dict[str, dict[str, int]]:
    """Ten times the logarithm of each character's ratio; those hardly seen are left out."""
    whole = sum(parts["other"].values())
    found: dict[str, dict[str, int]] = {}
    for name in PARTS:
        total = sum(parts[name].values())
        least = 3 if name == "transliterated" else 2
        found[name] = {
            character: round(10 * (math.log(seen / total) - math.log((parts["other"][character] + SMOOTHING) / whole)))
            for character, seen in parts[name].items()
            if seen >= least
        }
    total = sum(parts["surname"].values())
    for character in "".join(words.surnames):
        unseen = math.log(UNSEEN_SURNAME / total) - math.log((parts["other"][character] + SMOOTHING) / whole)
        found["surname"].setdefault(character, min(round(10 * unseen), MOST_UNSEEN))
    return found


def main() -> int:
    """Write `characters.yaml`."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    words = read_words(FOLDER / "words.yaml")
    rows = ["# written by bench/make_names.py from the dictionary of jieba 0.42.1 (MIT); see README.md"]
    for name, table in ratios(count(lines, words), words).items():
        entries = [f"{c}{value}" for c, value in sorted(table.items(), key=lambda item: (-item[1], item[0]))]
        rows.append(f"{name}: >-")
        line = " "
        for entry in entries:
            if len(line) + len(entry) > 100:
                rows.append(line)
                line = " "
            line += f" {entry}"
        rows.append(line)
    (FOLDER / "characters.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
