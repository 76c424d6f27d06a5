"""What scan takes for an identifier where there is none: sentences of work full of numbers that are nobody's.

    python bench/false_findings.py [FOLDER] [--show]

Sentences in both languages with order numbers, article numbers, hashes, versions, time stamps, amounts, UUIDs and lines
of logs, made anew with the same seed each time; FOLDER adds labelled texts, of which those without a number in a gold
span count (newspaper, posts). A false finding is one that would be protected by default (at least likely), of a kind
that has a form; names and addresses in running text are measured by `detect.py`. Ends with the bars.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import isthmus
from isthmus.exchange import STRENGTH_ORDER
from isthmus.steps.scan import Scanner, load_scanner, scan_text

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude

SENTENCES = 6000
LIMIT = 1 / 1000
Number = Callable[[random.Random], str]


def _digits(chance: random.Random, size: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(size))


def _day(chance: random.Random) -> str:
    return f"{chance.randint(2019, 2027)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"


def _clock(chance: random.Random) -> str:
    return f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}"


def _iso(chance: random.Random) -> str:
    day = _day(chance)
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _letters(chance: random.Random, size: int) -> str:
    return "".join(chance.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(size))


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _hash(chance: random.Random) -> str:
    name = chance.choice(("md5", "sha1", "sha256"))
    whole = hashlib.new(name, chance.randbytes(16)).hexdigest()
    return chance.choice((whole, whole[:7], whole[:12]))


def _amount(chance: random.Random) -> str:
    value = chance.randint(100, 10 ** chance.randint(4, 10))
    return chance.choice((f"{value:,}", f"{value / 100:,.2f}", f"{value}", f"¥{value:,}.00", f"USD {value:,}"))


def _log(chance: random.Random) -> str:
    return (
        f"{_iso(chance)} {_clock(chance)},{_digits(chance, 3)} {chance.choice(('INFO', 'WARN', 'ERROR'))} "
        f"[worker-{chance.randint(1, 64)}] POST /v1/orders/{_digits(chance, 8)} {chance.choice((200, 404, 502))} "
        f"{chance.randint(1, 9000)}ms req={_hash(chance)} bytes={chance.randint(100, 10**7)}"
    )


NUMBERS: dict[str, Number] = {
    "order": lambda c: c.choice(
        (
            f"DD{_day(c)}{_digits(c, 6)}",
            f"SO-{_day(c)[:4]}-{_digits(c, 6)}",
            _day(c) + _digits(c, 10),
            f"{c.randint(1, 9)}{_digits(c, c.choice((11, 14, 15, 17, 18)))}",
        )
    ),
    "article": lambda c: f"{_letters(c, 3)}-{_digits(c, 4)}-{_letters(c, 2)}{_digits(c, 2)}",
    "batch": lambda c: f"{_letters(c, 1)}{_digits(c, 7)}",
    "tracking": lambda c: c.choice(
        (f"SF{_digits(c, 13)}", f"YT{_digits(c, 13)}", f"JD{_letters(c, 1)}{_digits(c, 12)}")
    ),
    "hash": _hash,
    "version": lambda c: ".".join(str(c.randint(0, 40)) for _ in range(c.randint(3, 4))),
    "time": lambda c: c.choice(
        (
            f"{_iso(c)}T{_clock(c)}Z",
            f"{_day(c)}{_clock(c).replace(':', '')}",
            str(c.randint(10**9, 2 * 10**9)),
            str(c.randint(10**12, 2 * 10**12)),
        )
    ),
    "amount": _amount,
    "uuid": _uuid,
    "contract": lambda c: f"HT-{_day(c)[:6]}-{_digits(c, 3)}",
    "barcode": lambda c: f"69{_digits(c, 11)}",
    "measure": lambda c: f"{c.randint(1, 9999)}×{c.randint(1, 9999)}×{c.randint(1, 999)} mm",
}
FRAMES: dict[str, tuple[str, ...]] = {
    "order": (
        "订单{}已发货，请留意。",
        "订单号 {} 的退款已到账",
        "Order {} was shipped yesterday.",
        "please cancel order no. {} today",
    ),
    "article": ("货号{}缺货三天", "SKU {} is out of stock", "把{}的库存调到仓库B"),
    "batch": ("批次{}检验合格", "batch {} passed inspection", "序列号{}的设备需返修"),
    "tracking": ("运单{}显示已签收", "tracking {} shows delivered", "快递单号：{}"),
    "hash": ("提交 {} 引入了这个问题", "commit {} broke the build", "文件校验值为{}"),
    "version": ("升级到 {} 后恢复正常", "upgrade from {} fixed it", "固件版本{}"),
    "time": ("任务于{}完成", "the job ended at {}", "时间戳{}对应的记录丢失"),
    "amount": ("本季度收入{}元，同比增长", "total {} due next month", "预算为{}，已执行一半"),
    "uuid": ("请求{}超时", "trace {} timed out", "会话 {} 已关闭"),
    "contract": ("合同{}续签两年", "contract {} was renewed", "发票对应合同号{}"),
    "barcode": ("条码{}扫描失败", "EAN {} cannot be scanned", "商品条码 {}"),
    "measure": ("箱体尺寸{}", "the case measures {}", "板材{}，共二十张"),
}


def sentences(count: int) -> Iterator[tuple[str, str]]:
    """What kind of number a sentence holds, and the sentence."""
    chance = random.Random(20260)
    for number in range(count):
        if number % 8 == 0:
            yield "log", _log(chance)
            continue
        kind = chance.choice(tuple(NUMBERS))
        yield kind, chance.choice(FRAMES[kind]).format(NUMBERS[kind](chance))


def clean_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Newspaper and posts in which no gold span holds a digit; lives have dates of birth."""
    for file in sorted([*folder.rglob("zh_peoplesdaily*.jsonl"), *folder.rglob("zh_weibo*.jsonl")]):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not any(any(map(str.isdigit, span["text"])) for span in row["spans"]):
                yield file.stem, row["text"]


def main() -> None:
    """Print what was found by set, then the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was found")
    given = parser.parse_args()
    scanner = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={})
    bars = [_measured(scanner, "made", sentences(SENTENCES), show=given.show)]
    if given.folder:
        bars.append(_measured(scanner, "labelled", clean_texts(given.folder), show=given.show))
    conclude(bars)


def _measured(scanner: Scanner, name: str, texts: Iterator[tuple[str, str]], *, show: bool) -> Bar:
    seen, kinds = 0, Counter[str]()
    for group, text in texts:
        seen += 1
        for finding in scan_text(scanner, text).findings:
            if STRENGTH_ORDER[finding.strength] >= STRENGTH_ORDER["likely"]:
                kinds[finding.kind] += 1
                if show:
                    print(f"{finding.kind:<22} {finding.strength:<9} {finding.surface:<24} {group}: {text[:80]}")
    print(f"{name}: {seen} sentences, {kinds.total()} found: {dict(kinds.most_common())}")
    return bar(f"false findings a sentence: {name}", kinds.total() / max(seen, 1), "at most", LIMIT)


if __name__ == "__main__":
    main()
