"""PDF by PDFium: the text of every page, notes and form fields, bookmarks and properties.

A page that shows a picture is said to be unread beside its text: what a picture holds is not known.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

from isthmus.files.extract import Collected, UnreadableError

TINY = 24
_PASSWORD = 4
_FIELDS = (b"Contents", b"T", b"TU", b"V", b"RC", b"Subj")


def read(data: bytes, into: Collected) -> None:
    """The whole document; raises `ImportError` where the extra `files` is not installed."""
    import pypdfium2  # noqa: PLC0415 - of the extra `files`, and loaded for the first PDF only

    raw = pypdfium2.raw
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise UnreadableError("it is encrypted" if locked else "a broken PDF") from None
    try:
        for number, (name, value) in enumerate(document.get_metadata_dict(skip_empty=True).items(), 1):
            into.add(f"property {number} {name.lower()}", value, shown=False)
        if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
            into.miss("macros")
        if document.count_attachments() > 0:
            into.miss("an embedded file")
        for number, mark in enumerate(document.get_toc(), 1):
            into.add(f"bookmark {number}", mark.get_title())
        if len(document) > into.bounds.pages:
            into.miss(f"only the first {into.bounds.pages} pages are read")
        for number in range(min(len(document), into.bounds.pages)):
            _page(document, number, into, pypdfium2)
    finally:
        document.close()


def _page(document: Any, index: int, into: Collected, pypdfium2: Any) -> None:
    place = f"page {index + 1}"
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        into.miss("a broken page", place=place)
        return
    text = page.get_textpage().get_text_range().replace("\r\n", "\n").replace("\ufffe", "").replace("\x00", "")
    if _is_garbled(text):
        into.miss("its letters cannot be told", place=place)
    into.add(place, text)
    _notes(page, place, into, pypdfium2.raw)
    for picture in page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,)):
        if min(picture.get_px_size()) > TINY:
            into.miss("a picture in it", place=place, medium="image")
            break
    page.close()


def _notes(page: Any, place: str, into: Collected, raw: Any) -> None:
    """Notes, and the names, tips and values of form fields."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        for key in _FIELDS:
            text = _wide(partial(raw.FPDFAnnot_GetStringValue, note, key))
            into.add(f"{place} note {number + 1} {key.decode().lower()}", text)
        if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_FILEATTACHMENT:
            into.miss("an embedded file", place=place)
        link = raw.FPDFAnnot_GetLink(note)
        action = raw.FPDFLink_GetAction(link) if link else None
        if action:
            size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFAction_GetURIPath(page.pdf, action, buffer, size)
            into.add(f"{place} link {number + 1}", buffer.value.decode("utf-8", "replace"), shown=False)
        raw.FPDFPage_CloseAnnot(note)


def _wide(fill: Callable[[Any, int], int]) -> str:
    """A text of PDFium: its size in bytes is asked for first, then it is UTF-16 with a zero behind it."""
    size = fill(None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    fill(buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _is_garbled(text: str) -> bool:
    """Whether much of it is no letter of anyone: fonts may not say which letters they draw."""
    odd = sum(c == "\ufffd" or 0xE000 <= ord(c) <= 0xF8FF or (ord(c) < 32 and c not in "\t\n\r\f") for c in text)
    return odd * 10 > len(text)
