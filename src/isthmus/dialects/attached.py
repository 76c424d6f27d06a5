"""Files in a body: their bytes and names, and the part that says in text what a file part holds."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

import msgspec

from isthmus.dialects import pointers

NAMES = ("filename", "title", "displayName", "display_name")
TYPES = ("media_type", "mimeType", "mime_type")


class FileText(msgspec.Struct, frozen=True, kw_only=True):
    """How a dialect says in text what a file part holds.

    The object that is replaced is the member `within` of the part, or the part itself: `text` with the text as its
    `member`, and of what stood there all but `drops`. `types`: the types of parts that may become text (empty: all).
    Below a member named in `not_below` no part can be text.
    """

    text: dict[str, str]
    member: str = "text"
    within: str = ""
    drops: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    not_below: frozenset[str] = frozenset()


class File(NamedTuple):
    """A file as it stands in a body; `name_at` is where its name stands, where it has one."""

    data: bytes | None
    name: str
    name_at: str
    media_type: str


class Place(NamedTuple):
    """What of a body a text takes the place of: the object at `pointer`, which becomes `value`; the text is at `text`.

    `kept` are members that stay as they are.
    """

    pointer: str
    value: dict[str, Any]
    text: str
    kept: frozenset[str]


def file_at(body: Any, pointer: str) -> File:
    """The file whose bytes stand at `pointer`; no bytes where they are no base64."""
    text = pointers.text_at(body, pointer)
    head, comma, rest = text.partition(",") if text.startswith("data:") else ("", "", text)
    stated = head.removeprefix("data:").partition(";")[0]
    name = name_at = ""
    at = pointer.rpartition("/")[0]
    part = _part(pointer)
    while at and len(at) >= len(part):
        node = pointers.get(body, at)
        if isinstance(node, dict):
            stated = stated or next((node[key] for key in TYPES if isinstance(node.get(key), str)), "")
            key = next((key for key in NAMES if isinstance(node.get(key), str) and node[key]), "")
            if key and not name:
                name, name_at = node[key], pointers.join(at, key)
        at = at.rpartition("/")[0]
    return File(_decoded(rest if comma or not head else ""), name, name_at, stated)


def place_of(form: FileText, body: Any, pointer: str) -> Place | None:
    """What becomes text where the file at `pointer` must; None where the dialect has no text in that place."""
    at = _part(pointer)
    part = pointers.get(body, at)
    if not at or not isinstance(part, dict) or not form.not_below.isdisjoint(pointers.tokens(pointer)):
        return None
    if form.types and part.get("type") not in form.types:
        return None
    old: Any = part
    if form.within:
        at, old = pointers.join(at, form.within), part.get(form.within, "")
    if not isinstance(old, dict):
        return None
    kept = {key: value for key, value in old.items() if key not in form.drops}
    return Place(at, {**kept, **form.text}, pointers.join(at, form.member), frozenset(kept))


def _part(pointer: str) -> str:
    """The innermost item of a list that the pointer leads through, or nothing."""
    tokens = pointer.split("/")
    last = max((place for place, token in enumerate(tokens) if token.isdigit()), default=0)
    return "/".join(tokens[: last + 1])


def _decoded(text: str) -> bytes | None:
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
