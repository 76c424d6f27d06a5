"""`isthmus scan`: what must not leave, in a text or a folder of texts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

from isthmus.cli.scan_file import read_document, rows, show
from isthmus.cli.scan_folder import scan_folder
from isthmus.cli.scan_lines import scan_lines
from isthmus.cli.scan_view import row, view
from isthmus.cli.sources import Look, as_text, read_bytes, scanner_of, wanted
from isthmus.errors import MalformedError
from isthmus.exchange import Strength
from isthmus.files.readers import FileReaders

app = cyclopts.App(
    name="scan", help="Find what must not leave in a text or a folder. 找出文本或文件夹中不得外流的内容。"
)


@app.default
def scan(
    source: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    *,
    jsonl: Annotated[bool, Parameter(name="--jsonl", negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    config: Annotated[Path | None, Parameter(name=["--config", "-c"])] = None,
    kinds: Annotated[str, Parameter(name="--kinds")] = "",
    strength: Strength = "possible",
    prose: Annotated[bool | None, Parameter(name="--prose")] = None,
    sensitive: Annotated[bool | None, Parameter(name="--sensitive")] = None,
) -> None:
    """Say what a text holds: where, of which kind, how surely and why. Offsets are code points, half open.

    Args:
        source: A text, a document (docx, xlsx, pptx, pdf, csv, html, eml, zip), a folder, or `-` for standard input.
            文本、文档、文件夹，或 `-` 表示标准输入。
        jsonl: Read one {"id","text"} a line, write one {"id","complete","spans"} a line, in order; {"id","error"} for a
            line that is not so.
        as_json: Write the findings as one JSON object.
        every: Add what lost in overlaps, marked `lost`. 同时列出因重叠而落选的结果。
        config: A configuration whose term lists are looked for too, and whose `policy` counts.
        kinds: Only these kinds, separated by commas; a final dot stands for all that begin so (`cn.`).
        strength: Only findings at least this sure.
        prose: Names and addresses in running text too; without a configuration they are. 同时识别正文中的姓名与地址。
        sensitive: What is said of someone's health, belief, whereabouts and the like; without a configuration it is.
            同时识别敏感个人信息的表述。

    """
    folder = source != "-" and Path(source).is_dir()
    if folder and jsonl:
        raise MalformedError("a folder has no lines", where=source, remedy="leave out --jsonl, or name one file")
    look = Look(scanner_of(config, prose=prose, sensitive=sensitive), wanted(kinds, strength), every=every)
    if jsonl:
        scan_lines(look, source)
    elif folder:
        scan_folder(look, Path(source), as_json=as_json)
    else:
        _scan_file(look, source, as_json=as_json)


def _scan_file(look: Look, source: str, *, as_json: bool) -> None:
    data = read_bytes(source)
    readers = FileReaders()
    try:
        document = read_document(look, data, source, readers)
    finally:
        readers.close()
    if document is not None:
        if as_json:
            _answer(complete=document.seen.complete, findings=rows(document), unread=document.unread)
        else:
            show(document)
        return
    text = as_text(data, source)
    seen = look(text)
    if as_json:
        _answer(complete=seen.complete, findings=[row(finding, text, lost=lost) for finding, lost in seen.findings])
    else:
        view(seen, text)


def _answer(**members: Any) -> None:
    sys.stdout.write(msgspec.json.encode(members).decode() + "\n")
