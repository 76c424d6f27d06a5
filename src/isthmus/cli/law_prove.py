"""`isthmus law prove`: the invariants of the packs over every combination of facts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from isthmus.catalogues import JURISDICTIONS
from isthmus.cli.law_reading import Packs, languages
from isthmus.clock import today
from isthmus.errors import NotFoundError
from isthmus.facts import Facts
from isthmus.steps.decide.loading import compiled, read_sources
from isthmus.steps.decide.proof import Proof, planted, prove, read_invariants

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="for programs 供程序读取")]
Lang = Annotated[str, Parameter(name="--lang", help="en or zh; absent: as LANG says")]
WORDS = {
    "en": {
        "holds": "holds ",
        "broken": "BROKEN",
        "covered": "{combinations} combinations of {facts} variables covered",
        "left_out": "{regime}: left out, for no rule of it reads them ({count}): {names}",
        "example": "the fewest facts that break it, {confirmed}:",
        "confirmed": "and the engine decides them so",
        "unconfirmed": "but the engine does not confirm them",
        "noticed": "defect planted: noticed",
        "missed": "defect planted: NOT NOTICED",
        "end": "{holds} of {all} invariants hold; {combinations} combinations covered",
        "defects": "{noticed} of {all} planted defects noticed and confirmed by the engine",
    },
    "zh": {
        "holds": "成立  ",
        "broken": "不成立",
        "covered": "已覆盖 {facts} 个变量的 {combinations} 种组合",
        "left_out": "{regime}：未纳入以下 {count} 项事实，因为该制度没有规则读取：{names}",
        "example": "最少的反例事实，{confirmed}：",
        "confirmed": "引擎的判断与之一致",
        "unconfirmed": "但引擎的判断与之不符",
        "noticed": "植入缺陷：已发现",
        "missed": "植入缺陷：未发现",
        "end": "{all} 条不变式中 {holds} 条成立；共覆盖 {combinations} 种组合",
        "defects": "植入的 {all} 个缺陷中 {noticed} 个被发现并经引擎确认",
    },
}


class Defected(msgspec.Struct, frozen=True, kw_only=True):
    """What the proof makes of the defect planted for an invariant."""

    noticed: bool
    confirmed: bool
    example: Facts | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One invariant, its proof and, where asked for, what came of its planted defect."""

    claim: dict[str, str]
    rests_on: str
    proof: Proof
    defect: Defected | None = None

    @property
    def ok(self) -> bool:
        """It holds, and its defect was noticed."""
        return self.proof.holds and (self.defect is None or self.defect.confirmed)


def prove_(
    *names: str,
    defects: Annotated[
        bool, Parameter(name="--defects", negative="", help="plant each invariant's defect in the packs too")
    ] = False,
    examples: Annotated[Path | None, Parameter(name="--examples", help="a folder for counter-examples")] = None,
    json: AsJson = False,
    lang: Lang = "",
    pack: Packs = (),
) -> None:
    """Prove the packs' invariants (all, or those named) over every combination of facts that the rules tell apart.

    Ends with 1 where one is broken or a planted defect goes unnoticed.
    """
    rows = list(proved(names, pack, defects=defects))
    for row in rows:
        if examples is not None and row.proof.example is not None:
            examples.mkdir(parents=True, exist_ok=True)
            (examples / f"{row.proof.id}.json").write_bytes(msgspec.json.encode(row.proof.example) + b"\n")
    if json:
        print(msgspec.json.encode({"invariants": rows}).decode())
    else:
        for line in report(rows, WORDS[languages(lang)], languages(lang)):
            print(line)
    if not all(row.ok for row in rows):
        raise SystemExit(1)


def proved(names: tuple[str, ...], packs: tuple[Path, ...], *, defects: bool) -> Iterator[Row]:
    """The proof of each invariant named, or of all."""
    sources, day = read_sources(JURISDICTIONS, packs), today()
    known = {one.id: one for one in read_invariants(JURISDICTIONS, packs)}
    for name in names:
        if name not in known:
            raise NotFoundError(f"no invariant `{name}`", remedy=f"there are {', '.join(known)}")
    book = compiled(sources, day)
    for name in names or known:
        one = known[name]
        defect = prove(planted(sources, one.defect, day), one) if defects else None
        yield Row(
            claim={"en": one.claim.en, "zh": one.claim.zh},
            rests_on=one.rests_on,
            proof=prove(book, one),
            defect=_noticed(defect) if defect else None,
        )


def _noticed(proof: Proof) -> Defected:
    return Defected(noticed=not proof.holds, confirmed=proof.confirmed, example=proof.example)


def report(rows: list[Row], words: dict[str, str], lang: str) -> Iterator[str]:
    """What a person reads: each invariant, then what was left out, by regime, then the sums."""
    for (regime, left_out), group in groupby(rows, key=lambda row: (row.proof.regime, row.proof.left_out)):
        for row in group:
            yield from _row(row, words, lang)
        yield "  " + words["left_out"].format(regime=regime, count=len(left_out), names=", ".join(left_out))
        yield ""
    yield words["end"].format(
        holds=sum(row.proof.holds for row in rows),
        all=len(rows),
        combinations=_grouped(sum(row.proof.combinations for row in rows)),
    )
    planted_rows = [row.defect for row in rows if row.defect]
    if planted_rows:
        yield words["defects"].format(noticed=sum(one.confirmed for one in planted_rows), all=len(planted_rows))


def _row(row: Row, words: dict[str, str], lang: str) -> Iterator[str]:
    proof = row.proof
    yield f"{words['holds' if proof.holds else 'broken']}  {proof.id}: {row.claim[lang]} ({row.rests_on})"
    yield "  " + words["covered"].format(combinations=_grouped(proof.combinations), facts=len(proof.facts))
    if proof.example is not None:
        yield "  " + words["example"].format(confirmed=words["confirmed" if proof.confirmed else "unconfirmed"])
        yield "  " + msgspec.json.encode(proof.example).decode()
    if row.defect is not None:
        yield "  " + words["noticed" if row.defect.confirmed else "missed"]
        if row.defect.example is not None:
            yield "  " + msgspec.json.encode(row.defect.example).decode()


def _grouped(number: int) -> str:
    return f"{number:,}"
