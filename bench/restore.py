"""Whether pseudonyms come back from what models do to them, and whether nothing else does.

    python bench/restore.py [--show N]

Every distortion of `distortions.json` (in ten families) x type of value x Chinese and English x content, reasoning,
tool arguments and structured output x whole and one code point at a time. Then traps, of which none may be restored:
never issued, one symbol off, of another conversation, of another type, typed by a caller, beginnings of each other,
words.
Prints a table, code points held back and the time of `feed`, then the bars.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import sys
import time
import timeit
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from isthmus.exchange import Finding, Part, Protected
from isthmus.pseudonyms.form import ALPHABET, LONGEST, check_symbol
from isthmus.steps.restore import Restorer, translations
from isthmus.steps.transform import protect

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude

WORDS = {
    "term.person": {"en": "Person", "zh": "人员"},
    "cn.mobile": {"en": "Phone", "zh": "电话"},
    "common.email": {"en": "Email", "zh": "邮箱"},
    "cn.bank_card": {"en": "Card", "zh": "卡号"},
    "cn.resident_id": {"en": "ID", "zh": "证件"},
    "cn.passport": {"en": "Passport", "zh": "护照"},
    "term.project": {"en": "Project", "zh": "项目"},
    "cn.uscc": {"en": "Organisation", "zh": "机构"},
}
TRANSLATIONS = translations(WORDS)
VALUES = {
    "term.person": ("欧阳明月", 'Sean "Mac" O\'Brien'),
    "cn.mobile": ("13800001234", "+86 138 0000 5678"),
    "common.email": ("ming@example.com", "sean.mac@example.org"),
    "cn.bank_card": ("6200 0000 0000 0005", "6200000000000013"),
    "cn.resident_id": ("11010119900101001X", "110101 19900101 0028"),
    "cn.passport": ("E00000001", "EA0000002"),
    "term.project": ("白鹭计划", "Kranich \\ II"),
    "cn.uscc": ("91310000000000001A", "9131 0000 0000 0000 2B"),
}
CHANNELS = {"content": False, "reasoning": False, "tool:0": True, "structured": True}
AROUND = (("我们已通知", "，请跟进。"), ("We told ", ", please go on."), ("", ""))
TRAPS = 12_000


class Case(NamedTuple):
    """A distorted text and what should come of it."""

    family: str
    template: str
    text: str
    expected: str


def issue(key: bytes) -> tuple[Protected, dict[tuple[str, str], str]]:
    """One conversation with every value in it, and the pseudonym of each kind and language."""
    texts: list[str] = []
    findings: list[Finding] = []
    where: list[tuple[str, str]] = []
    for kind, (chinese, english) in VALUES.items():
        for lang, value, text in (
            ("zh", chinese, f"请处理{chinese}谢谢"),
            ("en", english, f"please see {english} now"),
        ):
            start = text.index(value)
            part = Part(pointer=f"/{len(texts)}", start=start, end=start + len(value))
            row = Finding(kind=kind, parts=(part,), strength="certain", check="none", value=value, classes=("x",))
            findings.append(row)
            texts.append(text)
            where.append((kind, lang))
    done = protect(texts, findings, {"x": "pseudonymise"}, key=key, words=WORDS, lang="auto")
    return done, {place: edit.text for place, edit in zip(where, done.edits, strict=True)}


def wide(text: str) -> str:
    """Full-width letters and digits."""
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char for char in text)


def cases(templates: dict[str, list[list[str]]], pseudonym: str, original: str, other: str) -> Iterator[Case]:
    """Every distortion of one pseudonym."""
    word, _, code = pseudonym.partition("-")
    fields = {"w": word, "c": code, "t": other, "tl": other.lower(), "o": original}
    fields |= {"wl": word.lower(), "wu": word.upper(), "wt": word.title(), "cl": code.lower()}
    fields |= {"wf": wide(word), "cf": wide(code), "c1": code[:2], "c2": code[2:]}
    fields |= {
        "wj": json.dumps(word)[1:-1],
        "wp": quote(word),
        "wh": word.encode("ascii", "xmlcharrefreplace").decode(),
    }
    fields |= {"oj": json.dumps(original, ensure_ascii=False)[1:-1], "op": quote(original, safe="")}
    fields |= {"oh": html.escape(original)}
    for family, rows in templates.items():
        for template, expected in rows:
            wanted = expected
            if word.isascii():  # there is nothing to encode in an ASCII word
                wanted = {"{wj}-{c}": "{o}", "{wp}-{c}": "{o}", "{wh}-{c}": "{o}"}.get(template, expected)
            yield Case(family, template, template.format(**fields), wanted.format(**fields))


def restored(restorer: Restorer, channel: str, text: str, *, stream: bool, held: Counter[int]) -> str:
    """What a channel gives for `text`."""
    escape = CHANNELS[channel]
    if not stream:
        return restorer.feed(channel, text, escape=escape) + restorer.flush(channel)
    out: list[str] = []
    for char in text:
        piece = restorer.feed(channel, char, escape=escape)
        out.append(piece)
        before, at, _ = restorer._pending[channel]  # noqa: SLF001 - the bench measures what is held
        held[len(before) - at] += 1
    return "".join(out) + restorer.flush(channel)


def distortions(shown: int) -> list[Bar]:
    """The table of what comes back, and its bars."""
    templates = json.loads((Path(__file__).parent / "distortions.json").read_text(encoding="utf-8"))
    total: Counter[str] = Counter()
    good: Counter[str] = Counter()
    missed: Counter[tuple[str, str, str]] = Counter()
    held: Counter[int] = Counter()
    for key in (b"one", b"two", b"three"):
        done, pseudonyms = issue(key)
        for (kind, lang), pseudonym in pseudonyms.items():
            other = WORDS[kind]["zh" if lang == "en" else "en"]
            for case in cases(templates, pseudonym, done.originals[pseudonym], other):
                for channel, escape in CHANNELS.items():
                    for stream in (False, True):
                        total[case.family] += 1
                        before, after = AROUND[total[case.family] % 3]
                        text, expected = before + case.text + after, before + case.expected + after
                        if escape:
                            text = json.dumps({"v": text}, ensure_ascii=total[case.family] % 2 == 0)
                        got = restored(
                            Restorer(done.originals, words=TRANSLATIONS), channel, text, stream=stream, held=held
                        )
                        if escape:
                            got = _value(got)
                        if got == expected:
                            good[case.family] += 1
                        else:
                            missed[case.family, case.template, channel] += 1
    for family, number in total.items():
        print(f"{family:<24} {good[family]:>6} of {number:>6}  {good[family] / number:7.4f}")
    for (family, template, channel), number in missed.most_common(shown):
        print(f"  missed {number:>4} {family:<22} {channel:<12} {template!r}")
    return [
        bar("restore.overall", sum(good.values()) / sum(total.values()), "at least", 0.98),
        *(bar(f"restore.{family}", good[family] / total[family], "at least", 0.90) for family in total),
        *_held(held),
    ]


def _value(text: str) -> str:
    try:
        return str(json.loads(text)["v"])
    except ValueError:
        return "no JSON"


def _held(held: Counter[int]) -> list[Bar]:
    every = sorted(held.elements())
    p50, p99 = every[len(every) // 2], every[len(every) * 99 // 100]
    print(f"held back, code points: p50 {p50}, p99 {p99}, most {every[-1]}")
    return [bar("restore.held_back_most", every[-1], "at most", LONGEST)]


def traps(shown: int) -> list[Bar]:
    """Texts of which nothing may be restored."""
    rnd = random.Random(20260101)
    done, pseudonyms = issue(b"one")
    elsewhere, _ = issue(b"another conversation")
    issued = set(done.originals)
    wrong: Counter[str] = Counter()
    number: Counter[str] = Counter()
    forms = ("{w}-{c}", "{w} {c}", "{w}-{cl}", "**{w}**-{c}", "{w}（{c}）", "{w}{c}", "{w}_{c}", "{w}: {c}")
    names = sorted(pseudonyms.values())
    for _ in range(TRAPS // 6):
        pseudonym = rnd.choice(names)
        word, _, code = pseudonym.partition("-")
        symbols = "".join(rnd.choices(ALPHABET, k=rnd.choice((4, 5, 6))))
        at = rnd.randrange(len(code))
        other = rnd.choice([name for name in names if name.partition("-")[0] != word])
        swap = rnd.randrange(len(code) - 1)
        made = {
            "never issued": (word, symbols + check_symbol(symbols)),
            "one symbol off": (
                word,
                rnd.choice(
                    (
                        code[:at] + rnd.choice(ALPHABET.replace(code[at], "")) + code[at + 1 :],
                        code[:at] + code[at + 1 :],
                        code[:at] + rnd.choice(ALPHABET) + code[at:],
                        code[:swap] + code[swap + 1] + code[swap] + code[swap + 2 :],
                    )
                ),
            ),
            "another conversation's": tuple(rnd.choice(sorted(elsewhere.originals)).split("-")),
            "another type's": (other.partition("-")[0], code),
            "beginnings of each other": (word, rnd.choice((code + rnd.choice(ALPHABET), code[:-1], code * 2))),
        }
        for name, (trap_word, trap_code) in made.items():
            group = {w for pair in WORDS.values() if trap_word in pair.values() for w in pair.values()}
            if any(f"{each}-{trap_code}" in issued for each in group):
                continue
            text = rnd.choice(forms).format(w=trap_word, c=trap_code, cl=trap_code.lower())
            number[name] += 1
            _trap(Restorer(done.originals, words=TRANSLATIONS), name, f"see {text}, please 请看{text}。", wrong, shown)
        number["typed by a caller"] += 1
        typed = rnd.choice(forms).format(w=word, c=code, cl=code.lower())
        if not _typed(typed, number["typed by a caller"]):
            wrong["typed by a caller"] += 1
    for word in (
        "Person WHERE",
        "Phone 23456",
        "ID CARDS",
        "Card 88888",
        "Project APOLLO",
        "人员 ABCDE",
        "Email HEADER",
    ):
        number["words"] += 1
        _trap(Restorer(done.originals, words=TRANSLATIONS), "words", f"the {word} of it", wrong, shown)
    for name, count in number.items():
        print(f"trap: {name:<26} {wrong[name]:>4} restored wrongly of {count}")
    return [
        bar("restore.traps", sum(number.values()), "at least", 10_000),
        bar("restore.traps_restored_wrongly", sum(wrong.values()), "at most", 0),
    ]


def _trap(restorer: Restorer, name: str, text: str, wrong: Counter[str], shown: int) -> None:
    if restorer.restore_text(text) != text:
        wrong[name] += 1
        if wrong[name] <= shown:
            print(f"  wrong: {name}: {text!r}")


def _typed(typed: str, turn: int) -> bool:
    """Whether a caller's own text that looks like an issued pseudonym comes back from an echo as it was."""
    kind = sorted(VALUES)[turn % len(VALUES)]
    value = VALUES[kind][1]
    text = f"about {value} and {typed}, thanks"
    part = Part(pointer="/0", start=6, end=6 + len(value))
    finding = Finding(kind=kind, parts=(part,), strength="certain", check="none", value=value, classes=("x",))
    done = protect([text], [finding], {"x": "pseudonymise"}, key=b"one", words=WORDS, lang="auto")
    return Restorer(done.originals, words=TRANSLATIONS).restore_text(done.body[0]) == text


def speed() -> list[Bar]:
    """The time of `feed` for a delta of 20 code points without a candidate, in microseconds."""
    done, _ = issue(b"one")
    restorer = Restorer(done.originals, words=TRANSLATIONS)
    restorer.feed("c", "warm", escape=False)
    times = []
    for delta in ("the weather of today", "今天的天气很好所以我们去公园走走看看花草树"):
        runs = timeit.repeat(
            partial(restorer.feed, "c", delta, escape=False), number=2000, repeat=30, timer=time.process_time
        )
        times.append(min(runs) / 2000 * 1e6)
    print(f"feed of 20 code points: English {times[0]:.2f}, Chinese {times[1]:.2f} microseconds")
    return [bar("restore.feed_us", max(times), "under", 5)]


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=0, help="how many misses to show")
    shown = parser.parse_args().show
    conclude([*distortions(shown), *traps(min(shown, 5)), *speed()])


if __name__ == "__main__":
    main()
