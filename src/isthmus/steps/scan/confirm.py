"""The confirmer of a candidate: canonical value, check, context, strength. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from isthmus.exchange import Check, Finding, Part, Strength
from isthmus.steps.scan.checks import CHECK_DIGIT
from isthmus.steps.scan.context import Buffer, ContextWords, stand_in
from isthmus.steps.scan.identifiers import Strengths
from isthmus.steps.scan.readings import Reading
from isthmus.steps.scan.terms import term_value, touches_word

_SEPARATORS = str.maketrans("", "", " \t-.·/()")
_FORM = {"none": "form", "valid": "form and check", "invalid": "form, but the check digit is wrong"}
_WHY = {(check, False): why for check, why in _FORM.items()}
_WHY |= {(check, True): f"{why}, with a context word" for check, why in _FORM.items()}
AGAINST_SPAN = 16
Checker = Callable[[str], str]


def plain_value(surface: str) -> str:
    """The canonical value of most numbers: upper case, without separators."""
    return surface.upper() if surface.isalnum() else surface.translate(_SEPARATORS).upper()


class Candidate(msgspec.Struct, frozen=True):
    """A range of the buffer that matched as a whole, and the reading `[low, high)` it lies in."""

    buffer: Buffer
    start: int
    end: int
    low: int
    high: int
    reading: Reading


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What all patterns of a kind share. `nearby` finds its context words, `against` those of other numbers."""

    kind: str
    classes: tuple[str, ...]
    near: int = 0
    nearby: ContextWords | None = None
    against: ContextWords | None = None
    term: bool = False


class Confirmer(msgspec.Struct, frozen=True, kw_only=True):
    """Turns a candidate of one pattern into a finding, or into nothing.

    What fails the check is given to the confirmer that comes `otherwise`, of a pattern that matches alike.
    """

    origin: Origin
    check: Checker | None = None
    canonical: Checker | None = None
    strength: Strengths = Strengths()
    needs_context: bool = False
    dotted: bool = False
    span: re.Pattern[str] | None = None
    lead: re.Pattern[str] | None = None
    otherwise: Confirmer | None = None

    def confirm(self, candidate: Candidate) -> Finding | None:
        """The finding, or nothing where the candidate is no such thing."""
        text, start, end = candidate.buffer.text, candidate.start, candidate.end
        surface = text[start:end]
        if self.origin.term:
            if touches_word(text, start, end):
                return None
            return make_finding(
                candidate.reading,
                start - candidate.low,
                end - candidate.low,
                origin=self.origin,
                strength="certain",
                why="word of a list",
                value=term_value(surface),
            )
        if self.dotted and _in_dotted_number(text, start, end):
            return None
        if "-" in surface and _in_hyphened_row(text, start, end):
            return None
        value = self.canonical(surface) if self.canonical else plain_value(surface)
        problem = self.check(value) if self.check else ""
        if problem and problem != CHECK_DIGIT:
            return self.otherwise.confirm(candidate) if self.otherwise else None
        check: Check = "none" if self.check is None else "invalid" if problem else "valid"
        strength, in_context = _strengths(self.strength, check)
        near = (self.needs_context or strength != in_context) and self._in_context(candidate)
        if near:
            strength = in_context
        if strength is None or (self.needs_context and not near):
            return None
        if strength == "likely" and not near and self._speaks_against(candidate):
            strength = "possible"
        return make_finding(
            candidate.reading,
            start - candidate.low,
            end - candidate.low,
            origin=self.origin,
            strength=strength,
            why=_WHY[check, near],
            value=value,
            check=check,
        )

    def _speaks_against(self, candidate: Candidate) -> bool:
        against, buffer, start = self.origin.against, candidate.buffer, candidate.start
        if against is None or not (words := buffer.present(against)):
            return False
        return stand_in(words, buffer.text, max(candidate.low, start - AGAINST_SPAN), start)

    def _in_context(self, candidate: Candidate) -> bool:
        nearby, near = self.origin.nearby, self.origin.near
        if nearby is None:
            return False
        buffer, start, end, low = candidate.buffer, candidate.start, candidate.end, candidate.low
        before = max(low, start - near)
        if words := buffer.present(nearby):
            text, high = buffer.text, min(candidate.high, end + near // 4)
            if stand_in(words, text, before, start) or stand_in(words, text, end, high):
                return True
        return before == low and candidate.reading.source.named(self.origin.kind, nearby)


def make_finding(
    reading: Reading,
    start: int,
    end: int,
    *,
    origin: Origin,
    strength: Strength,
    why: str,
    value: str = "",
    check: Check = "none",
) -> Finding:
    """The finding of a range of a reading, placed in its slot. An empty `value` stands for what is written there."""
    source = reading.source
    slot = source.slot
    via: tuple[str, ...] = ()
    if reading.plain:
        surface = reading.text[start:end]
    else:
        low, high = reading.in_layer(start, end)
        surface = reading.layer[low:high]
        start, end, via = reading.in_slot(start, end)
    if source.structured and (index := source.json) is not None:
        via = (*index.layers(start, end), *via)
    return Finding(
        kind=origin.kind,
        parts=(Part(pointer=slot.pointer, start=start, end=end, via=via, key=slot.key),),
        strength=strength,
        check=check,
        value=value or surface,
        surface=surface,
        classes=origin.classes,
        why=why,
    )


def _strengths(rules: Strengths, check: Check) -> tuple[Strength | None, Strength | None]:
    """How sure a candidate is without and with a context word."""
    if check == "valid":
        plain, context = rules.valid, rules.valid_in_context
    elif check == "invalid":
        plain, context = rules.invalid, rules.invalid_in_context
    else:
        plain, context = rules.unchecked, rules.unchecked_in_context
    return plain, plain if context is None else context


def _in_dotted_number(text: str, start: int, end: int) -> bool:
    """Whether a longer dotted number goes on before or after."""
    before = text[start - 1] == "." and text[start - 2 : start - 1].isdigit()
    return before or (text[end] == "." and text[end + 1 : end + 2].isdigit())


def _in_hyphened_row(text: str, start: int, end: int) -> bool:
    """Whether a hyphen ties it to more letters or digits, as in a UUID."""
    before = text[start - 1] == "-" and text[start - 2 : start - 1].isalnum()
    return before or (text[end : end + 1] == "-" and text[end + 1 : end + 2].isalnum())
