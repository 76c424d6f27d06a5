"""Write the list of Latin-script given names and surnames from the lists of Faker.

    python bench/make_latin_names.py

Needs Faker (MIT) in the environment it runs in. A name that is also an ordinary word of English, as the documentation
of Python's own library uses it in lower case, is listed as weak: it needs another sign beside it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import isthmus

FILE = Path(isthmus.__file__).parent / "jurisdictions" / "common" / "names" / "latin.yaml"
_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][A-Za-zÀ-ÖØ-öø-ÿĀ-ž'’-]{2,}")
_LOWER = re.compile(r"\b[a-z]{3,}\b")
OFTEN = 3


def collect() -> tuple[set[str], set[str]]:
    """Given names and surnames of every country that writes them in Latin script."""
    people = importlib.import_module("faker.providers.person")
    given: set[str] = set()
    family: set[str] = set()
    for module in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for name in dir(provider):
            values = getattr(provider, name)
            if callable(values) or not isinstance(values, Iterable):
                continue
            if "first_name" in name:
                given.update(word for word in map(str, values) if _NAME.fullmatch(word))
            elif "last_name" in name and "suffix" not in name:
                family.update(word for word in map(str, values) if _NAME.fullmatch(word))
    return given, family


def ordinary_words() -> set[str]:
    """Words that Python's own library uses in lower case in its texts, three times or more."""
    seen: Counter[str] = Counter()
    for file in Path(sysconfig.get_path("stdlib")).glob("*.py"):
        seen.update(_LOWER.findall(file.read_text(encoding="utf-8", errors="replace")))
    topics = Path(sysconfig.get_path("stdlib")) / "pydoc_data" / "topics.py"
    seen.update(_LOWER.findall(topics.read_text(encoding="utf-8")))
    return {word for word, count in seen.items() if count >= OFTEN}


def main() -> int:
    """Write `latin.yaml`."""
    given, family = collect()
    ordinary = ordinary_words()
    weak = {name for name in given | family if name.lower() in ordinary}
    rows = ["# written by bench/make_latin_names.py from the lists of Faker (MIT); see README.md"]
    for name, words in (("given", given - weak), ("family", family - weak), ("weak", weak)):
        rows.append(f"{name}: >-")
        line = " "
        for word in sorted(words):
            if len(line) + len(word) > 117:
                rows.append(line)
                line = " "
            line += f" {word}"
        rows.append(line)
    FILE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(len(given), len(family), len(weak), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
