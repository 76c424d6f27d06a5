"""The slots of a body: every string and key, but for a dialect's closed list of protocol fields.

The list is by shape too: a field that should hold a protocol's own word, a generated id or opaque state is a slot as
soon as it holds anything else. A key is left out only where it equals a known word: then it can hold nothing of anyone.
Media that scan cannot read are listed as `unscanned`; the address of one is a slot all the same. Of those whose bytes
stand in the body, files are listed beside: somebody may read them.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from isthmus.dialects.pointers import escape
from isthmus.dialects.strict_json import shown
from isthmus.errors import MalformedError
from isthmus.exchange import Attached, Slot, Unscanned

ID = re.compile(
    r"(?:call|chatcmpl|toolu|srvtoolu|fc|msg|rs|resp|file|audio|item|req|function-call|ctc|mcp|ws|cntr)[-_][A-Za-z0-9_-]{1,240}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
DATA_URL = re.compile(r"data:([a-z]+)/[A-Za-z0-9.+-]+(?:;[a-z]+=[A-Za-z0-9-]+)*;base64,[A-Za-z0-9+/_=-]*")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
MEDIA_TYPES = {"image": "image", "audio": "audio", "video": "video"}
MEDIA_TYPE = ("media_type", "mimeType", "mime_type")


class Fields(msgspec.Struct, frozen=True, kw_only=True):
    """The closed list of one dialect.

    `keys`: member names that are no slots. `words`: what a word field may hold. `kinds`: a field's name to `word`,
    `id` or `opaque`. `media`: the name of a member that holds a medium, to that medium; `media_types`: the `type` of an
    object that holds one.
    """

    keys: frozenset[str]
    words: frozenset[str]
    kinds: dict[str, str]
    media: dict[str, str] = {}
    media_types: dict[str, str] = {}


def is_protocol(fields: Fields, name: str, text: str) -> bool:
    """Whether the field `name` holds what the protocol puts there: a known word, a generated id, opaque state."""
    kind = fields.kinds.get(name)
    if kind is None:
        return False
    if kind == "word":
        return text in fields.words
    return (ID if kind == "id" else BASE64).fullmatch(text) is not None


class Collector:
    """Collects the slots of one body; `depth` is how deeply its objects and arrays may nest."""

    __slots__ = ("_depth", "_fields", "files", "slots", "unscanned")

    def __init__(self, fields: Fields, depth: int) -> None:
        self._fields = fields
        self._depth = depth
        self.slots: list[Slot] = []
        self.unscanned: list[Unscanned] = []
        self.files: list[Attached] = []

    def member(self, pointer: str, name: str, value: Any, role: str, level: int = 2, *, medium: str = "") -> None:
        """The member `name` of the object at `pointer`, which is nested `level - 1` deep, and all below it."""
        here = f"{pointer}/{escape(name)}"
        fields = self._fields
        if name not in fields.keys:
            self.slots.append(Slot(pointer=here, text=name, role=role, key=True))
        kind = type(value)
        if kind is str:
            if value:
                self._string(here, name, value, role, medium)
        elif kind is dict or kind is list:
            below = medium or (fields.media.get(name, "") if role != "definition" else "")
            self.value(here, name, value, role, level, medium=below)

    def value(self, pointer: str, name: str, node: Any, role: str, level: int, *, medium: str = "") -> None:
        """The object or array at `pointer`, nested `level` deep; raises `MalformedError` where that is too deep."""
        if level > self._depth:
            raise MalformedError(
                f"the body is nested deeper than {self._depth}", where=shown(pointer, self._fields.keys)
            )
        if type(node) is dict:
            types = self._fields.media_types
            if types and role != "definition" and type(kind := node.get("type")) is str:
                medium = types.get(kind, medium)
            if medium:
                medium = _medium(node) or medium
            for key, value in node.items():
                self.member(pointer, key, value, role, level + 1, medium=medium)
            return
        for index, value in enumerate(node):
            kind = type(value)
            if kind is str:
                if value:
                    self._string(f"{pointer}/{index}", name, value, role, medium)
            elif kind is dict or kind is list:
                self.value(f"{pointer}/{index}", name, value, role, level + 1, medium=medium)

    def _string(self, pointer: str, name: str, text: str, role: str, medium: str) -> None:
        fields = self._fields
        if is_protocol(fields, name, text):
            kind = fields.kinds[name]
            if medium and kind != "word":
                if kind == "id":
                    self._unseen(pointer, medium, "held by the provider")
                else:
                    self._unread(pointer, medium, role)
            return
        if text.startswith("data:") and (match := DATA_URL.fullmatch(text)):
            self._unread(pointer, MEDIA_TYPES.get(match[1], "file"), role)
            return
        if not medium and role != "definition":
            medium = fields.media.get(name, "")
        if medium:
            if BASE64.fullmatch(text):
                self._unread(pointer, medium, role)
                return
            if ADDRESS.match(text):
                self._unseen(pointer, medium, "behind an address")
        self.slots.append(Slot(pointer=pointer, text=text, role=role))

    def _unread(self, pointer: str, medium: str, role: str) -> None:
        """A medium whose bytes stand here."""
        self._unseen(pointer, medium, "not text")
        if medium == "file":
            self.files.append(Attached(pointer=pointer, role=role, unscanned=self.unscanned[-1]))

    def _unseen(self, pointer: str, medium: str, reason: str) -> None:
        self.unscanned.append(Unscanned(pointer=shown(pointer, self._fields.keys), medium=medium, reason=reason))


def _medium(node: dict[str, Any]) -> str:
    """The medium that an object says it holds, or nothing."""
    stated = next((node[name] for name in MEDIA_TYPE if name in node), None)
    return MEDIA_TYPES.get(stated.partition("/")[0], "") if isinstance(stated, str) else ""
