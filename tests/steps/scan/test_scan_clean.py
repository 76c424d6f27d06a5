"""Text without identifiers stays without findings: order numbers, hashes, versions, amounts, times, log lines."""

from __future__ import annotations

import hashlib
import random
import uuid
from pathlib import Path

import isthmus
from isthmus.steps.scan import load_scanner, scan_text

SCANNER = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={})
TEMPLATES = (
    "订单号{d12}已发货，运单SF{d13}。",
    "Order #{d10} shipped; SKU {sku}, qty {d2}.",
    "commit {sha} fixes build {d5}",
    "版本{d1}.{d2}.{d3}于{date}发布，共{amount}元。",
    "[{date} {time}.{d6}] INFO worker-{d2} took {d4} ms, id={uuid}",
    "合同编号HT-{d4}-{d6}，金额人民币{amount}元。",
    "checksum md5={md5} size={d8}",
    "timestamp {d10}{d3} seq {d9}",
    "第{d3}页共{d4}条，耗时{d2}.{d3}秒，库存{d6}件",
    "Ticket INC{d7}: CPU {d2}.{d2}% at {time}, PID {d5}",
    "批次{d14}，条码69{d11}，重量{d2}.{d2}kg",
    "Invoice {d4}-{d8} total ${amount} due {date}",
    "GET /api/v{d1}/items/{d8}?page={d2} 200 {d5}",
    "流水号{d20}，机构代码{d6}",
    "tracking 1Z{sku}{d8}, ref {uuid}",
)
SENTENCES = 3000
STRONG = {"certain", "likely"}


def clean_sentences() -> list[str]:
    """Sentences as systems write them, from a fixed seed."""
    draw = random.Random(20260301)

    def digits(count: int) -> str:
        return "".join(draw.choice("0123456789") for _ in range(count))

    def values() -> dict[str, str]:
        number = {f"d{n}": digits(n) for n in range(1, 21)}
        noise = draw.randbytes(16)
        return number | {
            "sku": "".join(draw.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(3)) + digits(5),
            "sha": hashlib.sha1(noise).hexdigest(),
            "md5": hashlib.md5(noise).hexdigest(),
            "uuid": str(uuid.UUID(bytes=noise)),
            "date": f"20{draw.randint(10, 26)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "time": f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}",
            "amount": f"{draw.randint(1, 999)},{digits(3)},{digits(3)}.{digits(2)}",
        }

    return [TEMPLATES[n % len(TEMPLATES)].format(**values()) for n in range(SENTENCES)]


def test_at_most_three_strong_findings_in_three_thousand_clean_sentences():
    found = [
        (finding.kind, sentence)
        for sentence in clean_sentences()
        for finding in scan_text(SCANNER, sentence).findings
        if finding.strength in STRONG
    ]
    print(f"{SENTENCES} clean sentences, {len(found)} strong findings")
    assert len(found) <= SENTENCES // 1000, found[:20]
