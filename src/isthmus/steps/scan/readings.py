"""Further readings of a text: what it says once encodings are undone and look-alikes are read as they look.

A reading knows its way back: every range of it stands somewhere in the text of the slot.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from isthmus.exchange import Slot, Unscanned
from isthmus.steps.scan.context import ContextWords
from isthmus.steps.scan.encoded import (
    ESCAPE_TRIGGER,
    PERCENT_TRIGGER,
    RUN_TRIGGER,
    blocks,
    unescape_json,
    unescape_unicode,
    unquote,
)
from isthmus.steps.scan.folding import FOLD_TRIGGER, NUMERAL_TRIGGER, fold, numerals
from isthmus.steps.scan.gaps import DIGITS_TRIGGER, GAP_TRIGGER, LETTERS_TRIGGER, ROW_TRIGGER, closed
from isthmus.steps.scan.json_text import MAX_NESTING, Index, is_json, may_be_json
from isthmus.steps.scan.trail import Trail

if TYPE_CHECKING:
    from isthmus.steps.scan.loading import Row

MAX_LAYERS = 3
FOLDINGS: dict[str, Callable[[str], Trail | None]] = {FOLD_TRIGGER: fold, NUMERAL_TRIGGER: numerals}
INLINE = frozenset({ESCAPE_TRIGGER, PERCENT_TRIGGER})
GAPS = frozenset({ROW_TRIGGER, LETTERS_TRIGGER, DIGITS_TRIGGER})
EVERY = frozenset({*FOLDINGS, *INLINE, *GAPS, RUN_TRIGGER})
TRIGGERS = (*sorted(EVERY), GAP_TRIGGER)
ROUNDS = 3


def called(triggers: Collection[str], *, spoken: bool) -> frozenset[str]:
    """The further readings that what was seen in a buffer calls for: no row of digits where no two have a gap.

    `spoken`: a context word of some kind was seen too; without any, few digits mean nothing.
    """
    unneeded = {GAP_TRIGGER} if GAP_TRIGGER in triggers else {GAP_TRIGGER, ROW_TRIGGER}
    return frozenset(triggers) - unneeded - (set() if spoken else {DIGITS_TRIGGER})


class Source:
    """A slot, with what is worth computing once for all its readings; one that is not `structured` is no JSON.

    With `every`, a pattern is tried also where another was surer.
    """

    __slots__ = ("_escaped", "_index", "_named", "_sure", "_tried", "every", "slot", "structured")

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.every = False
        self.structured = may_be_json(slot.text)
        self._index: Index | None = None
        self._escaped = False
        self._named: dict[str, bool] = {}
        self._sure: dict[tuple[int, int], bool] = {}
        self._tried: set[tuple[int, int, int]] = set()

    def settled(self, row: Row, start: int, end: int, *, alone: bool) -> bool:
        """Whether a pattern need not be tried at a range; unless it is tried in one buffer `alone`, it now counts.

        It need not where another found what no finding of the same range can win over: `overlaps` prefers what is
        certain and checked, and of those a country's own kind.
        """
        general = self._sure.get((start, end))
        if general is not None and (row.general or not general):
            return True
        if alone:
            return False
        tried = (id(row.confirmer), start, end)
        if tried in self._tried:
            return True
        self._tried.add(tried)
        return False

    def settle(self, row: Row, start: int, end: int) -> None:
        """A pattern made of a range what is certain and passed its check."""
        if not self.every:
            self._sure[start, end] = row.general and self._sure.get((start, end), True)

    @property
    def json(self) -> Index | None:
        """The places of its values, where its text is JSON."""
        if self.structured and self._index is None:
            text = self.slot.text
            self.structured = is_json(text)
            if self.structured:
                self._index, self._escaped = Index(text), "\\" in text
        return self._index

    @property
    def escaped(self) -> bool:
        """Whether it is JSON with escapes, which only says what it means once they are decoded."""
        return self.json is not None and self._escaped

    def named(self, kind: str, words: ContextWords) -> bool:
        """Whether the slot's own name (the end of its pointer) holds a context word of a kind."""
        known = self._named.get(kind)
        if known is None:
            pointer = self.slot.pointer
            known = self._named[kind] = words.stand_in(pointer[pointer.rfind("/") + 1 :])
        return known


class Reading:
    """A text to scan, and how it came from its slot.

    `layer` is the text that `surface` is cut from: the decoded one, before look-alikes were folded. `steps` lead from
    the text to the layer, `decoding` from the layer to the parent; `run` is the encoded run where it decodes as a
    whole. `area` names the text in which two findings can overlap: the slot, or what the encoded runs in it hold.
    `name` is the layer's name in `via`, where it has one. One in `part` holds pieces of its layer only.
    """

    part = False

    def __init__(
        self,
        source: Source,
        text: str,
        *,
        name: str = "",
        parent: Reading | None = None,
        area: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.source, self.layer, self.text, self.name, self.parent = source, text, text, name, parent
        self.area = area
        self.plain = parent is None  # the slot's own text as it is
        self.steps: tuple[Trail, ...] = ()
        self.decoding: Trail | None = None
        self.run: tuple[int, int] | None = None

    def folded(self, trail: Trail) -> Reading:
        """The same layer with one more folding of its text."""
        other = Reading(self.source, self.layer, name=self.name, parent=self.parent, area=self.area)
        other.plain = False
        other.text, other.steps, other.decoding, other.run = trail.text, (*self.steps, trail), self.decoding, self.run
        return other

    def decoded(self, trail: Trail, layer: str) -> Reading:
        """What the text says with escapes decoded in place."""
        other = Reading(self.source, trail.text, name=layer, parent=self, area=self.area)
        other.decoding = trail
        return other

    def opened(self, start: int, end: int, text: str, layer: str) -> Reading:
        """What an encoded run of the text holds."""
        area = (*self.area, (start, end))
        other = Reading(self.source, text, name=layer, parent=self, area=area)
        other.run = (start, end)
        return other

    def in_layer(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of the text stands in its layer."""
        for trail in reversed(self.steps):
            start, end = trail.outward(start, end)
        return start, end

    def in_area(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of the text stands in its area."""
        start, end = self.in_layer(start, end)
        if self.decoding is None or self.parent is None:
            return start, end
        return self.parent.in_area(*self.decoding.outward(start, end))

    def in_slot(self, start: int, end: int) -> tuple[int, int, tuple[str, ...]]:
        """Where a range of the text stands in the slot, and the layers it lies under, the outermost first."""
        start, end = self.in_layer(start, end)
        low, high, layer = start, end, (self.name,) if self.name else ()
        if self.run is not None:
            low, high = self.run
        elif self.decoding is not None:
            low, high = self.decoding.outward(start, end)
            if high - low == end - start:
                layer = ()
        if self.parent is None:
            return low, high, ()
        low, high, outer = self.parent.in_slot(low, high)
        return low, high, (*outer, *layer)


def readings(plain: Reading, triggers: frozenset[str]) -> tuple[list[Reading], list[Unscanned]]:
    """Every further reading of a slot that something in it called for, and what in it could not be read."""
    found: list[Reading] = []
    unread: list[Unscanned] = []
    _follow(plain, triggers, found, unread, depth=0)
    return found, unread


def _follow(base: Reading, triggers: frozenset[str], found: list[Reading], unread: list[Unscanned], depth: int) -> None:
    """Add what follows from a layer: its decoded forms, its foldings, and what the runs in it hold."""
    deepest = base
    for _ in range(ROUNDS):  # what was folded may be an escape, what was decoded another
        begun = deepest
        if triggers & INLINE:
            decoded = _inline(deepest)
            found += decoded
            deepest = [deepest, *decoded][-1]
        if deepest is not base:
            triggers = EVERY
        deepest = _folded(deepest, triggers, found)
        if deepest is begun or not ("%" in deepest.text or "\\" in deepest.text):
            break
        triggers = EVERY
    if deepest is not base:
        triggers = EVERY
    for block in blocks(deepest.text) if RUN_TRIGGER in triggers else ():
        if block.text is None or depth == MAX_LAYERS:
            unread.append(Unscanned(pointer=base.source.slot.pointer, medium="encoded", reason=_reason(depth)))
        else:
            inner = deepest.opened(block.start, block.end, block.text, block.layer)
            found.append(inner)
            _follow(inner, EVERY, found, unread, depth + 1)


def _folded(base: Reading, triggers: frozenset[str], found: list[Reading]) -> Reading:
    """The reading that hides least of those that foldings make, which are added; the base where there are none."""
    deepest = base
    for trigger, step in FOLDINGS.items():
        trail = step(deepest.text) if trigger in triggers else None
        if trail is not None:
            deepest = deepest.folded(trail)
            found.append(deepest)
            triggers = EVERY
    if triggers & GAPS:
        rows, letters, digits = (trigger in triggers for trigger in (ROW_TRIGGER, LETTERS_TRIGGER, DIGITS_TRIGGER))
        for trail in closed(deepest.text, rows=rows, letters=letters, digits=digits):
            around = deepest.folded(trail)
            around.part = True
            found.append(around)
    return deepest


def _reason(depth: int) -> str:
    return "more than three layers of encoding" if depth == MAX_LAYERS else "an encoded run that holds no text"


def _inline(base: Reading) -> list[Reading]:
    """The text with its escapes decoded in place, as deep as they go."""
    present = base
    if "\\" in base.text:
        is_escaped = base.source.escaped if base.parent is None else is_json(base.text)
        unescape = unescape_json if is_escaped else unescape_unicode
        for _ in range(MAX_NESTING):
            trail = unescape(present.text)
            if trail is None:
                break
            present = present.decoded(trail, "")
            if '\\"' not in trail.text and "\\u" not in trail.text:
                break
    found = [] if present is base else [present]
    for _ in range(MAX_LAYERS):
        trail = unquote(present.text) if "%" in present.text else None
        if trail is None:
            break
        present = present.decoded(trail, "url")
        found.append(present)
    return found
