"""Exact lists: a million people made into a file and loaded, found again in other spellings, and nobody else.

    python bench/exact.py [--people N]

The people are made up by a fixed rule. Each of 10,000 is looked for by name, telephone, identity number and mail
address in a sentence, spelt as people spell them; then 20,000 sentences that hold none of the values: those of
`bench/sensitive` that are about nobody, and the same frames around people who are on no list. A hit counts as false
from `likely` up: what is `possible` is never protected unasked. Prints figures, then the bars.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import isthmus
from isthmus.exact_build import build, read_table
from isthmus.steps.scan import Scanner, load_scanner, read_exact, scan_text
from isthmus.steps.scan.exact import KINDS
from isthmus.steps.scan.prose.tables import read_tables

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import bar, conclude

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SECRET = "0123456789abcdef" * 4
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建国文志海波斌辉鹏飞宇浩然子轩梓涵雨欣怡佳琪思远晨曦博凯瑞"
)
OTHER_GIVEN = "灏骞翀喆赟翎珩琬璟煊煜熠翾昶旻昕晔旸"  # no one on the list has one of these
FIRST = (
    "James",
    "Mary",
    "John",
    "Patricia",
    "Robert",
    "Jennifer",
    "Linda",
    "Elizabeth",
    "Grace",
    "Mark",
    "Will",
    "Rose",
)
LAST = ("Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Price", "Long", "Page", "Green")
OTHER_LAST = ("Ravensworth", "Tellander", "Quillfeather", "Ostrovany")
FRAMES = (
    "请联系{}办理。",
    "客户{}来电咨询。",
    "您好，{}的合同到期了",
    "Please call {} today.",
    "（{}）",
    "{}",
    "备注:{},谢谢",
    "把资料发给{}确认",
    "| 1 | {} | ok |",
)
FOUND, CLEAN = 10_000, 20_000
Person = tuple[str, str, str, str]


def person(rng: random.Random, number: int, given: str, last: tuple[str, ...]) -> Person:
    """Someone who does not exist; the check digit of the identity number is as likely wrong as right."""
    if rng.random() < 0.85:
        name = rng.choice(SURNAMES) + "".join(rng.choice(given) for _ in range(rng.choice((1, 2, 2, 2))))
    else:
        name = f"{rng.choice(FIRST)} {rng.choice(last)}"
    phone = f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"
    born = f"{rng.randrange(1950, 2010)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    identity = f"{rng.randrange(110000, 660000)}{born}{rng.randrange(1000):03d}{rng.choice('0123456789X')}"
    return name, phone, identity, f"u{rng.randrange(10**9)}.{number}@example.com"


def spelt(rng: random.Random, field: str, value: str) -> str:
    """A value as somebody else would write it."""
    if field == "phone":
        groups = (value[:3], value[3:7], value[7:])
        return rng.choice((value, f"+86 {value}", "-".join(groups), " ".join(groups), f"0086{value}"))
    if field == "id":
        return rng.choice((value, value.lower(), f"{value[:6]} {value[6:14]} {value[14:]}"))
    if field == "email":
        return rng.choice((value, value.upper()))
    if value.isascii():
        first, last = value.split()
        return rng.choice((value, value.upper(), f"{last}, {first}"))
    return rng.choice((value, value, " ".join(value)))


def clean(rng: random.Random) -> Iterator[str]:
    """Sentences without any of the values."""
    files = sorted((Path(__file__).parent / "sensitive").rglob("*.txt"))
    lines = [line[2:] for file in files for line in file.read_text(encoding="utf-8").splitlines() if line[:1] == "-"]
    for number in range(CLEAN):
        if number % 2:
            yield rng.choice(lines)
        else:
            values = person(rng, number, OTHER_GIVEN, OTHER_LAST)
            yield rng.choice(FRAMES).format(rng.choice(values))


def missed(scanner: Scanner, rng: random.Random, people: list[Person]) -> list[str]:
    """The sentences in which a value was not found as what it is; another finding in its very place will do."""
    found = []
    for values in people:
        for (field, kind), value in zip(KINDS.items(), values, strict=True):
            text = rng.choice(FRAMES).format(spelt(rng, field, value))
            seen = scan_text(scanner, text, every=True)
            if all(finding.kind != kind for finding in (*seen.findings, *seen.lost)):
                found.append(f"{field}: {text}")
    return found


def main() -> None:
    """Print figures and bars; the exit status is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    given = parser.parse_args()
    rng = random.Random(20260301)
    sample: list[Person] = []
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "people.csv"
        with table.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(KINDS)
            for number in range(given.people):
                row = person(rng, number, GIVEN, LAST)
                writer.writerow(row)
                if number % max(given.people // FOUND, 1) == 0:
                    sample.append(row)
        before = time.perf_counter(), time.process_time()
        built = build(read_table(table, {}), SECRET, read_tables(ROOT / "cn" / "names").simplify)
        wall, spent = time.perf_counter() - before[0], time.process_time() - before[1]
    started = time.perf_counter()
    listed = read_exact(built.data, SECRET, "list")
    load = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{built.rows} people, {len(listed)} hashes, {len(built.data) / 1e6:.1f} MB")
    print(f"built in {wall:.1f} s ({spent:.1f} s of one core), loaded in {load:.2f} s, {peak:.0f} MB at most in both")
    scanner = load_scanner(ROOT, terms={}, exact=(listed,))
    misses = missed(scanner, rng, sample)
    texts = list(clean(rng))
    started = time.process_time()
    false = [
        text
        for text in texts
        for finding in scan_text(scanner, text).findings
        if finding.kind in KINDS.values() and finding.strength != "possible"
    ]
    speed = sum(len(text.encode()) for text in texts) / (time.process_time() - started) / 1e6
    print(f"{len(sample) * len(KINDS)} values looked for, {len(texts)} clean sentences at {speed:.2f} MB/s")
    print("\n".join([*misses[:20], *false[:20]]))
    conclude(
        [
            bar("exact.people", built.rows, "at least", 1_000_000),
            bar("exact.build_s_of_one_core", spent, "under", 30),
            bar("exact.load_s", load, "under", 30),
            bar("exact.memory_mb", peak, "at most", 200),
            bar("exact.missed", len(misses), "at most", 0),
            bar("exact.false_per_10000", len(false) * 10_000 / len(texts), "at most", 1),
        ]
    )


if __name__ == "__main__":
    main()
