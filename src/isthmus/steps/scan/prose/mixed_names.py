"""Latin-script names inside Chinese text, by what the Chinese around them says.

In brackets behind a name, behind an office (设计师Ken), before a word of speaking (Bill说), and given name and surname
run together (JohnKoller), which Chinese typesetting often does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from isthmus.steps.scan.prose.han_names import Mention
from isthmus.steps.scan.prose.tables import LatinNames, Tables

_NAME = r"[A-Za-z][A-Za-z'’.·-]{1,24}(?: [A-Z][A-Za-z'’.·-]{1,24}){0,3}"
_BRACKETED = re.compile(rf"[ ]?[（(【]\s{{0,2}}(?P<name>{_NAME})\s{{0,2}}[）)】，,]")
_JOINED = re.compile(r"(?<![A-Za-z0-9])(?P<given>[A-Z][a-z]{2,14})(?:[A-Z][a-z]{1,14}){1,2}(?![A-Za-z0-9])")
_WEIGHT = 2.0


def finder(tables: Tables, names: LatinNames) -> Callable[[str, list[Mention]], list[Mention]]:
    """A function that finds Latin names in Chinese text, given the names in Han script found before."""
    offices = "|".join(sorted((word for word in tables.offices if len(word) > 1), key=len, reverse=True))
    speech = "|".join(sorted((word for word in tables.speech if word != "称"), key=len, reverse=True))
    behind_office = re.compile(
        rf"(?:{offices}|我是|名叫|名字是|英文名是|叫做|队长|选手|设计师|工程师|负责人|创始人|编剧|主管|总监|学生|同事|客户|解说)[“「【]?(?P<name>{_NAME})"
    )
    before_speech = re.compile(rf"(?<![A-Za-z0-9.@_-])(?P<name>{_NAME})(?=(?:曾|则|也|还)?(?:{speech}))")

    def find(text: str, han: list[Mention]) -> list[Mention]:
        found = [
            Mention(*match.span("name"), _WEIGHT, "Latin name beside an office or a word of speaking")
            for pattern in (behind_office, before_speech)
            for match in pattern.finditer(text)
        ]
        found += [
            Mention(*match.span("name"), _WEIGHT, "Latin name in brackets behind a name")
            for mention in han
            if (match := _BRACKETED.match(text, mention.end))
        ]
        found += [
            Mention(*match.span(), _WEIGHT, "given name and surname run together")
            for match in _JOINED.finditer(text)
            if match["given"] in names.given
        ]
        return found

    return find
