"""Reads and compiles every pack into a rulebook; a file that is wrong is named with its line."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, get_args

import msgspec

from isthmus.catalog import Document, Path_, convert, folder, parse
from isthmus.decision import Citation, Duty, Reason, Standing
from isthmus.errors import CatalogError
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.node import Gathered, Names, Node
from isthmus.steps.decide.pack import DutyRow, InstrumentFile, RegimeFile, RuleRow
from isthmus.steps.decide.rulebook import CompiledRegime, Rule, Rulebook
from isthmus.steps.decide.succession import check_succession
from isthmus.steps.decide.world import Test, World, always, getter, remembered

LAW = "*/law/*.yaml"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One law file as read: its name below the packs' folder (`cn/law/pipl.yaml`), its tree, its digest."""

    name: str
    document: Document
    digest: str


def load_rulebook(root: Path, *, today: str, extra: tuple[Path, ...] = ()) -> Rulebook:
    """Every pack below `root` and the `extra` folders, which have the same form.

    `today` only says which reviews are overdue. Raises `CatalogError` for the first problem, with file and line.
    """
    return compiled(read_sources(root, extra), today)


def read_sources(root: Path, extra: tuple[Path, ...] = ()) -> tuple[Source, ...]:
    """Every law file, parsed but not yet understood."""
    found: list[Source] = []
    for base in (root, *extra):
        files = folder(base, LAW)
        if not files:
            raise CatalogError("no law is in this folder", where=str(base), remedy=f"expected files such as {LAW}")
        found += [source_of(file.relative_to(base).as_posix(), file.read_bytes(), str(file)) for file in files]
    return tuple(found)


def source_of(name: str, text: bytes, file: str) -> Source:
    """One law file of that name below its packs' folder, parsed."""
    digest = hashlib.sha256(name.encode() + b"\0" + text).hexdigest()
    return Source(name=name, document=parse(text, file), digest=digest)


def compiled(sources: tuple[Source, ...], today: str) -> Rulebook:
    """The rulebook of the files read."""
    documents = [source.document for source in sources]
    instruments = [(d, convert(d, InstrumentFile)) for d in documents if "instrument" in (d.tree or {})]
    regimes = [(d, convert(d, RegimeFile)) for d in documents if "instrument" not in (d.tree or {})]
    rows = {row.regime: row for _, row in regimes}
    names = Names()
    for row in rows.values():
        if row.counting:
            names.schemes[row.regime] = Scheme(
                id=row.regime, jurisdiction=row.jurisdiction, **msgspec.structs.asdict(row.counting)
            )
    for document, instrument in instruments:
        if instrument.regime not in rows:
            raise document.error(("regime",), f"no regime `{instrument.regime}`", f"expected {', '.join(sorted(rows))}")
    _define(instruments, names)
    rules = [r for d, i in instruments for r in _compile(d, i, names, today, rows)]
    _check(rules)
    check_succession(rules)
    packs = _versions(sources)
    for name, scheme in names.schemes.items():
        names.schemes[name] = msgspec.structs.replace(scheme, bounds=_bounds(names, name))
    return Rulebook(
        version=hashlib.sha256("".join(f"{k}{v}" for k, v in sorted(packs.items())).encode()).hexdigest(),
        packs=packs,
        instruments=tuple(i for _, i in instruments),
        regimes=tuple(_regime(d, row, names, rules) for d, row in regimes),
        rules=tuple(rules),
        schemes=tuple(names.schemes.values()),
        mentions={path: frozenset(found) for path, found in names.mentions.items()},
        links={path: frozenset(found) for path, found in names.links.items()},
        definitions={name: frozenset(found.reads) for name, found in names.gathered.items()},
        today=today,
        in_force={},
    )


def _versions(sources: tuple[Source, ...]) -> dict[str, str]:
    packs: dict[str, Any] = {}
    for source in sources:
        packs.setdefault(source.name.split("/")[0], hashlib.sha256()).update(source.digest.encode())
    return {name: digest.hexdigest()[:16] for name, digest in packs.items()}


def _bounds(names: Names, regime: str) -> dict[str, tuple[int, ...]]:
    return {category: tuple(sorted(edges)) for (name, category), edges in names.bounds.items() if name == regime}


def _define(instruments: list[tuple[Document, InstrumentFile]], names: Names) -> None:
    """Compiles the definitions, each after those it uses, whatever file they stand in."""
    waiting = [(d, i, n) for d, i in instruments for n in range(len(i.definitions))]
    known = {i.definitions[n].id for _, i, n in waiting}
    while waiting:
        later: list[tuple[Document, InstrumentFile, int]] = []
        problem: CatalogError | None = None
        for document, instrument, n in waiting:
            row = instrument.definitions[n]
            node = Node(document, ("definitions", n, "when"), names, Gathered(), instrument.regime)
            try:
                test = node.build()
            except CatalogError as error:
                if not _names_later(error, known - set(names.definitions)):
                    raise
                problem = error
                later.append((document, instrument, n))
                continue
            if row.stated:
                node.fact_type(row.stated)
                node.gathered.moved.add(row.stated)
                test = _stated(row.stated, test)
            names.definitions[row.id] = remembered(row.id, test)
            names.gathered[row.id] = node.gathered
        if problem and len(later) == len(waiting):
            raise problem
        waiting = later


def _names_later(error: CatalogError, later: set[str]) -> bool:
    return any(error.message == f"no definition `{name}`" for name in later)


def _stated(path: str, derived: Test) -> Test:
    get = getter(path)

    def test(world: World) -> bool | None:
        said: bool | None = get(world)
        return said if isinstance(said, bool) else derived(world)

    return test


def _compile(
    document: Document, instrument: InstrumentFile, names: Names, today: str, regimes: dict[str, RegimeFile]
) -> list[Rule]:
    rules: list[Rule] = []
    for n, row in enumerate(instrument.rules):
        place = ("rules", n)
        regime = row.regime or instrument.regime
        if regime not in regimes:
            raise document.error((*place, "regime"), f"no regime `{regime}`", f"expected {', '.join(sorted(regimes))}")
        if row.until is not None and row.until < row.start:
            raise document.error((*place, "until"), "`until` lies before `from`")
        rules.append(_rule(_Place(document, place, names, regime), instrument, row, today))
    return rules


class _Place:
    """Where a rule stands; compiles its conditions and gathers the facts they read."""

    def __init__(self, document: Document, path: Path_, names: Names, regime: str) -> None:
        self.document, self.path, self.names, self.regime = document, path, names, regime
        self.gathered = Gathered()

    def condition(self, value: Any, *steps: str) -> Test | None:
        """The test of the condition below this place, or nothing where there is none."""
        if value is None:
            return None
        return Node(self.document, (*self.path, *steps), self.names, self.gathered, self.regime).build()


def _rule(place: _Place, instrument: InstrumentFile, row: RuleRow, today: str) -> Rule:
    duty, reason = row.then.duty, _reason(instrument, row, today)
    test = _guarded(place.condition(row.when, "when"), place.condition(row.unless, "unless"))
    needs = place.condition(row.then.needs, "then", "needs")
    met = place.condition(duty.met if duty else None, "then", "duty", "met")
    after = place.condition(duty.after if duty else None, "then", "duty", "after")
    return Rule(
        id=row.id,
        row=row,
        then=row.then,
        instrument=instrument,
        regime=place.regime,
        reason=reason,
        where=place.document.where(place.path),
        test=test,
        needs=needs,
        met=met,
        after=after,
        duties=_duties(duty, reason) if duty else {},
        reads=frozenset(place.gathered.reads),
        told=_told(place.gathered),
        across=frozenset(place.gathered.across),
        moved=frozenset(place.gathered.moved),
        exception_to=frozenset(row.exception_to),
    )


def _duties(row: DutyRow, reason: Reason) -> dict[tuple[Standing, bool], Duty]:
    """The duty in every standing, made once."""
    note_en, note_zh = (row.note.en, row.note.zh) if row.note else ("", "")
    return {
        (standing, blocks): Duty(
            id=row.id,
            standing=standing,
            citation=reason.citation,
            blocks=blocks,
            note_en=note_en,
            note_zh=note_zh,
        )
        for standing in get_args(Standing)
        for blocks in (True, False)
    }


def _told(gathered: Gathered) -> dict[str, frozenset[Any]]:
    return {path: frozenset(values) for path, values in gathered.told.items()}


def _reason(instrument: InstrumentFile, row: RuleRow, today: str) -> Reason:
    return Reason(
        rule=row.id,
        citation=Citation(instrument=instrument.instrument, article=row.article),
        pack=instrument.jurisdiction,
        gist_en=row.gist.en,
        gist_zh=row.gist.zh,
        confidence=row.confidence or instrument.confidence,
        verified_at=instrument.verified_at,
        overdue=instrument.review_by < today,
    )


def _guarded(when: Test | None, unless: Test | None) -> Test:
    first = when or always
    if unless is None:
        return first

    def test(world: World) -> bool | None:
        before = len(world.missing)
        answer, barred = first(world), unless(world)
        if answer is False or barred:
            del world.missing[before:]
            return False
        return None if answer is None or barred is None else True

    return test


def _check(rules: list[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise CatalogError(f"rule `{rule.id}` stands twice", where=rule.where, remedy=f"see {seen[rule.id].where}")
        seen[rule.id] = rule
    for rule in rules:
        for target in rule.exception_to:
            if target not in seen:
                raise CatalogError(f"exception to `{target}`, which is no rule", where=rule.where)
            if seen[target].regime != rule.regime:
                raise CatalogError(f"`{target}` belongs to another regime", where=rule.where)


def _regime(document: Document, row: RegimeFile, names: Names, rules: list[Rule]) -> CompiledRegime:
    gathered = Gathered()
    mine = [rule for rule in rules if rule.regime == row.regime]
    protects = Node(document, ("protects",), names, gathered, row.regime).build() if row.protects is not None else None
    when = Node(document, ("when",), names, gathered, row.regime).build()
    return CompiledRegime(
        id=row.regime,
        row=row,
        when=when,
        reads=frozenset(gathered.reads),
        told=_told(gathered),
        across=frozenset(gathered.across),
        moved=frozenset(gathered.moved),
        home=_home(row.when),
        protects=protects,
        scheme=names.schemes.get(row.regime),
        rules=_ordered(mine),
        silence=Reason(
            rule=f"{row.regime}.silence",
            citation=Citation(instrument=row.citation, article=""),
            pack=row.jurisdiction,
            gist_en="no rule allows this, and the data are protected",
            gist_zh="没有规则允许，而数据受保护",
            verified_at=max((rule.reason.verified_at for rule in mine), default=""),
        ),
    )


def _home(when: Any) -> str:
    """The one place whose exporters a regime speaks of, where its `when` is just that."""
    plain = isinstance(when, dict) and set(when) == {"fact", "is"} and when["fact"] == "exporter.jurisdiction"
    return str(when["is"]) if plain else ""


def _ordered(rules: list[Rule]) -> tuple[Rule, ...]:
    """Exceptions before what they are exceptions to; a circle is an error."""
    done: dict[str, Rule] = {}
    waiting = list(rules)
    while waiting:
        ready = [r for r in waiting if not any(r.id in other.exception_to for other in waiting)]
        if not ready:
            raise CatalogError("exceptions form a circle", where=waiting[0].where)
        done |= {r.id: r for r in ready}
        waiting = [r for r in waiting if r.id not in done]
    return tuple(done.values())
