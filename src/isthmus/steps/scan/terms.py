"""The operator's own words: people, projects, customers. Latin letters match in either case and on word boundaries."""

from __future__ import annotations

import re

WORDS = {
    "person": {"en": "Person", "zh": "人员"},
    "project": {"en": "Project", "zh": "项目"},
    "customer": {"en": "Customer", "zh": "客户"},
    "organisation": {"en": "Organisation", "zh": "机构"},
    "product": {"en": "Product", "zh": "产品"},
    "place": {"en": "Place", "zh": "地点"},
    "phone": {"en": "Phone", "zh": "电话"},
    "id": {"en": "ID", "zh": "证件"},
    "email": {"en": "Email", "zh": "邮箱"},
    "": {"en": "Term", "zh": "词条"},
}
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(r"[A-Za-z0-9\u0080-\U0010ffff]")
_LAST_LATIN = 0x24F


def term_core(word: str) -> str:
    """The pattern of a word: its characters as they are, any run of spaces for a space."""
    pieces = _SPACE.split(word.encode("utf-8", "replace").decode())
    return r"[ \t\r\n]{1,4}".join("".join(c if _PLAIN.match(c) else f"\\x{ord(c):02x}" for c in p) for p in pieces)


def term_value(surface: str) -> str:
    """The canonical form of a word: folded case, single spaces."""
    return surface.casefold() if surface.isalnum() else _SPACE.sub(" ", surface).casefold()


def touches_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin letter or digit continues the word on either side."""
    return (_is_latin(text[start]) and _is_latin(text[start - 1])) or (
        _is_latin(text[end - 1]) and _is_latin(text[end])
    )


def _is_latin(character: str) -> bool:
    return ord(character) <= _LAST_LATIN and (character.isalnum() or character == "_")
