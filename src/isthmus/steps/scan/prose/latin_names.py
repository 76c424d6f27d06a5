"""Names of persons in Latin script: rows of capitalised words among which a known name or a title stands.

A row is at most five words: given names, surnames, initials, particles (de, van, bin). A known given name carries the
unknown words right behind it; a title or a lead (`my name is`) carries an unknown capitalised word. A name that is also
an ordinary word counts only beside another sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from isthmus.steps.scan.prose.han_names import Mention
from isthmus.steps.scan.prose.tables import LatinNames

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž]"
_WORD = re.compile(rf"{_CAPITAL}[A-Za-zÀ-ÖØ-öø-ÿĀ-ž]*(?:['’-][A-Za-zÀ-ÖØ-öø-ÿĀ-ž]+)*\.?|\b(?:PARTICLES)\b")
_GAP = re.compile(r"[ \t]{1,2}|, ?(?=[JS]r\b)")
_INITIAL = re.compile(rf"{_CAPITAL}\.?")
_POSSESSIVE = re.compile(r"['’]s$")
_MIDDLE_INITIAL = re.compile("[USWF]I[USWF]|I[SF]|II[SF]")
_LOOKS_LIKE = re.compile("[UW]P?S|SS|[UW]S[US]?")
_LOWER_PAIR = re.compile(r"\b(?P<given>[a-zà-öø-ÿ-]{3,20})(?= (?:[a-z] )?(?P<family>[a-zà-öø-ÿāš-ž'-]{3,20})\b)")
_LEAD_SPAN = 16
_MAX_WORDS = 5
KNOWN, LIKELY = 4.0, 2.0


class Token(NamedTuple):
    """A capitalised word or particle: where it stands, its text, and its part.

    G a known given name, F a known surname, W a name that is also a word, T a title, I an initial, P a particle,
    S a word that ends like a surname, U one that nothing is known of, N one that is no name.
    """

    start: int
    end: int
    text: str
    part: str


class Around(NamedTuple):
    """What may stand before and behind a name, compiled."""

    leads: re.Pattern[str]
    after: re.Pattern[str]


def finder(names: LatinNames) -> Callable[[str], list[Mention]]:
    """A function that finds names of persons in Latin script in a text, in order."""
    word = re.compile(_WORD.pattern.replace("PARTICLES", "|".join(map(re.escape, names.particles))))
    leads = "|".join(re.escape(lead) for lead in names.leads)
    after = "|".join(re.escape(verb) for verb in names.after)
    around = Around(
        re.compile(rf"(?:^|[^a-z])(?:{leads})[ \t\n\"'*]{{0,3}}$", re.IGNORECASE), re.compile(rf" (?:{after})\b")
    )
    given = frozenset(name.lower() for name in names.given if len(name) > 2)
    family = frozenset(name.lower() for name in names.family if len(name) > 2) | given

    def find(text: str) -> list[Mention]:
        found: list[Mention] = []
        for row in _rows(text, word, names):
            found += _names(text, row, around)
        for pair in _LOWER_PAIR.finditer(text):
            surname = pair["family"]
            likely = surname in family or (len(surname) > 5 and surname.endswith(names.surname_endings))
            if pair["given"] in given and (likely or _is_led(text, pair.start(), around.leads)):
                found.append(Mention(pair.start(), pair.end("family"), LIKELY, "names of a list in small letters"))
        return found

    return find


def _rows(text: str, word: re.Pattern[str], names: LatinNames) -> Iterator[list[Token]]:
    """Rows of capitalised words with nothing but a space between them."""
    row: list[Token] = []
    for match in word.finditer(text):
        start = match.start()
        written = match.group()
        if row and not _GAP.fullmatch(text, row[-1].end, start):
            yield row
            row = []
        part, size = _part(written, names)
        row.append(Token(start, start + size, written[:size], part))
        if size < len(written):
            yield row
            row = []
    if row:
        yield row


def _part(word: str, names: LatinNames) -> tuple[str, int]:
    """The part of a word, and how much of it belongs to a name (no possessive, no full stop of a sentence)."""
    if word in names.titles or word in names.never:
        return ("T" if word in names.titles else "N"), len(word)
    if word in names.particles:
        return "P", len(word)
    if _INITIAL.fullmatch(word):
        return ("N" if word in {"I", "A"} else "I"), len(word)
    bare = _POSSESSIVE.sub("", word.rstrip("."))
    plain = bare if not bare.isupper() else bare.capitalize()
    part = (
        "N"
        if plain in names.never
        else "G"
        if plain in names.given
        else "F"
        if plain in names.family
        else "W"
        if plain in names.weak
        else "N"
        if len(plain) < 2 or bare.isupper()
        else "S"
        if plain.endswith(names.surname_endings) and len(plain) > 4
        else "U"
    )
    if part in "UNS" and "-" in plain and any(piece in names.given for piece in plain.split("-")):
        part = "G"
    return part, len(bare)


def _names(text: str, row: list[Token], around: Around) -> Iterator[Mention]:
    """The names in a row: stretches between words that are none."""
    at = 0
    while at < len(row):
        if row[at].part in "NP":
            at += 1
            continue
        end = at
        while end < len(row) and row[end].part != "N" and end - at < _MAX_WORDS:
            end += 1
        stretch = row[at:end]
        titled = stretch[0].part == "T"
        while stretch and stretch[0].part == "T":
            stretch = stretch[1:]
        while stretch and stretch[-1].part in "PT":
            stretch = stretch[:-1]
        if stretch:
            yield from _name(text, stretch, around, titled=titled)
        at = max(end, at + 1)


def _name(text: str, stretch: list[Token], around: Around, *, titled: bool) -> Iterator[Mention]:
    parts = "".join(token.part for token in stretch)
    whole = Mention(stretch[0].start, stretch[-1].end, KNOWN, "name of a list")
    start, end = whole.start, whole.end
    if titled:
        yield whole._replace(why="title and capitalised words")
    elif "G" in parts:
        first = parts.index("G")
        first -= len(parts[:first]) if parts[:first] in {"I", "W", "U", "S", "II"} else 0
        yield whole._replace(start=stretch[first].start)
    elif "F" in parts and (len(parts) > 1 or not _begins_sentence(text, start)):
        yield whole._replace(weight=KNOWN if len(parts) > 1 else LIKELY)
    elif _is_led(text, start, around.leads) or around.after.match(text, end):
        if len(parts) <= 3 and set(parts) & set("UWSF"):
            yield whole._replace(weight=LIKELY, why="capitalised words beside a word of persons")
    elif _MIDDLE_INITIAL.fullmatch(parts) or _LOOKS_LIKE.fullmatch(parts):
        yield whole._replace(weight=LIKELY, why="form of a name")


def _is_led(text: str, start: int, leads: re.Pattern[str]) -> bool:
    return leads.search(text, max(0, start - _LEAD_SPAN), start) is not None


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t\"'“(")
    return not before or before[-1] in ".!?\n:"
