"""XML as events, without what makes XML dangerous: no document type, so no entities; no depth without end."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from isthmus.files.extract import UnreadableError

MAX_DEPTH = 256
Start = Callable[[str, dict[str, str]], None]
Text = Callable[[str], None]


def parse(data: bytes, *, start: Start, end: Text, text: Text) -> None:
    """Call `start`, `end` and `text` in the order of the document, with names that have lost their namespace.

    Raises `UnreadableError` for a document type declaration (external and expanding entities need one), for what is no
    XML, and for elements nested too deeply.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableError("XML that is nested too deeply")
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    def declared(*_: object) -> None:
        raise UnreadableError("XML with a document type declaration, which could name other files or expand")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)  # noqa: FBT003 - the form of expat
    except expat.ExpatError:
        raise UnreadableError("broken XML") from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]
