"""Four ways to falsify a ledger, tried on a copy of the demo's, each of which the verifier must find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from isthmus.steps.record.checkpoint import Verifier
from isthmus.steps.record.merkle import Frontier, leaf_hash
from isthmus.steps.record.verify import Report, verify

Lines = list[bytes]


def edited(lines: Lines) -> Lines:
    """One entry changed: a refusal becomes an answer."""
    place = next(i for i, line in enumerate(lines) if b'"kind":"call.refused"' in line)
    return [*lines[:place], lines[place].replace(b"call.refused", b"call.granted"), *lines[place + 1 :]]


def removed(lines: Lines) -> Lines:
    """One entry taken out."""
    place = next(i for i, line in enumerate(lines) if b'"kind":"send.opened"' in line)
    return [*lines[:place], *lines[place + 1 :]]


def cut(lines: Lines) -> Lines:
    """The tail cut off after half of the entries, with everything made to agree."""
    return recomputed([line for line in lines if line.startswith(b'{"seq"')][: len(lines) // 2])


def rewritten(lines: Lines) -> Lines:
    """One entry changed, and every hash after it computed anew."""
    return recomputed([line for line in edited(lines) if line.startswith(b'{"seq"')])


def recomputed(entries: Lines) -> Lines:
    """Entries with hashes and an end that agree with them, as someone with the whole store could make them."""
    frontier = Frontier()
    out: Lines = []
    for seq, line in enumerate(entries):
        body = bytes(msgspec.json.decode(line, type=dict[str, msgspec.Raw])["entry"])
        leaf = leaf_hash(body)
        frontier.add(leaf)
        row = (seq, leaf.hex().encode(), frontier.root().hex().encode(), body)
        out.append(b'{"seq":%d,"leaf":"%b","root":"%b","entry":%b}' % row)
    out.append(b'{"end":{"size":%d,"root":"%b"}}' % (frontier.size, frontier.root().hex().encode()))
    return out


KINDS: tuple[tuple[str, str, Callable[[Lines], Lines]], ...] = (
    ("one entry changed", "修改一条记录", edited),
    ("one entry removed", "删除一条记录", removed),
    ("the tail cut off, all hashes made to agree", "截断尾部并使哈希自洽", cut),
    ("one entry changed, all hashes computed anew", "修改一条并重算全部哈希", rewritten),
)


def tried(lines: Lines, *, checkpoint: str, key: Verifier) -> list[tuple[str, str, Report]]:
    """Each kind of falsification with what the verifier says of it."""
    return [(en, zh, verify(change(lines), checkpoint=checkpoint, key=key)) for en, zh, change in KINDS]


def told(report: Report, lang: str) -> str:
    """The first difference, in one line."""
    if not report.problems:
        return ""
    first: Any = report.problems[0]
    return str(first.text_zh if lang == "zh" else first.text_en)
