"""Further readings of a text: what it says once encodings are undone and look-alikes are read as they look.

A reading knows its way back: every range of it stands somewhere in the text of the slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from isthmus.exchange import Slot, Unscanned
from isthmus.steps.scan.encoded import blocks, unescape_json, unescape_unicode, unquote
from isthmus.steps.scan.folding import close_up, fold, numerals
from isthmus.steps.scan.json_text import MAX_NESTING, Index, is_json
from isthmus.steps.scan.trail import Trail

MAX_LAYERS = 3


class Source:
    """A slot, with what is worth computing once for all its readings."""

    def __init__(self, slot: Slot, first: int = 0) -> None:
        self.slot, self.first = slot, first

    @cached_property
    def json(self) -> Index | None:
        """The places of its values, where its text is JSON."""
        return Index(self.slot.text) if is_json(self.slot.text) else None


class Reading:
    """A text to scan, and how it came from its slot.

    `layer` is the text that `surface` is cut from: the decoded one, before look-alikes were folded. `steps` lead from
    the text to the layer, `decoding` from the layer to the parent; `run` is the encoded run where it decodes as a
    whole. `area` names the text in which two findings can overlap: the slot, or what the encoded runs in it hold.
    """

    def __init__(
        self,
        source: Source,
        text: str,
        *,
        layers: tuple[str, ...] = (),
        parent: Reading | None = None,
        area: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.source, self.layer, self.text, self.layers, self.parent = source, text, text, layers, parent
        self.area = area
        self.steps: tuple[Trail, ...] = ()
        self.decoding: Trail | None = None
        self.run: tuple[int, int] | None = None

    def folded(self, trail: Trail) -> Reading:
        """The same layer with one more folding of its text."""
        other = Reading(self.source, self.layer, layers=self.layers, parent=self.parent, area=self.area)
        other.text, other.steps, other.decoding, other.run = trail.text, (*self.steps, trail), self.decoding, self.run
        return other

    def decoded(self, trail: Trail, layer: str) -> Reading:
        """What the text says with escapes decoded in place."""
        layers = (*self.layers, layer) if layer else self.layers
        other = Reading(self.source, trail.text, layers=layers, parent=self, area=self.area)
        other.decoding = trail
        return other

    def opened(self, start: int, end: int, text: str, layer: str) -> Reading:
        """What an encoded run of the text holds."""
        area = (*self.area, (start, end))
        other = Reading(self.source, text, layers=(*self.layers, layer), parent=self, area=area)
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

    def in_slot(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of the text stands in the slot."""
        start, end = self.in_layer(start, end)
        if self.run is not None:
            start, end = self.run
        elif self.decoding is not None:
            start, end = self.decoding.outward(start, end)
        return self.parent.in_slot(start, end) if self.parent else (start, end)


def readings(source: Source) -> tuple[list[Reading], list[Unscanned]]:
    """Every further reading of a slot, and what in it could not be read."""
    base = Reading(source, source.slot.text)
    found: list[Reading] = []
    unread: list[Unscanned] = []
    _follow(base, found, unread, depth=0)
    return found, unread


def _follow(base: Reading, found: list[Reading], unread: list[Unscanned], depth: int) -> None:
    """Add what follows from a layer: its decoded forms, its foldings, and what the runs in it hold."""
    forms = [base, *_inline(base)]
    found += forms[1:]
    deepest = forms[-1]
    for step in (fold, numerals, close_up):
        trail = step(deepest.text)
        if trail is not None:
            deepest = deepest.folded(trail)
            found.append(deepest)
    for block in blocks(deepest.text):
        if block.text is None or depth == MAX_LAYERS:
            unread.append(Unscanned(pointer=base.source.slot.pointer, medium="encoded", reason=_reason(depth)))
        else:
            inner = deepest.opened(block.start, block.end, block.text, block.layer)
            found.append(inner)
            _follow(inner, found, unread, depth + 1)


def _reason(depth: int) -> str:
    return "more than three layers of encoding" if depth == MAX_LAYERS else "an encoded run that holds no text"


def _inline(base: Reading) -> Iterator[Reading]:
    """The text with its escapes decoded in place, as deep as they go."""
    present = base
    if "\\" in base.text:
        unescape = unescape_json if is_json(base.text) else unescape_unicode
        for _ in range(MAX_NESTING):
            trail = unescape(present.text)
            if trail is None:
                break
            present = present.decoded(trail, "")
            yield present
            if '\\"' not in trail.text and "\\u" not in trail.text:
                break
    for _ in range(MAX_LAYERS):
        trail = unquote(present.text) if "%" in present.text else None
        if trail is None:
            break
        present = present.decoded(trail, "url")
        yield present
