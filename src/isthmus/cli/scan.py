"""`isthmus scan`: what must not leave, in a text or a folder of texts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

from isthmus.cli.scan_folder import scan_folder
from isthmus.cli.scan_lines import scan_lines
from isthmus.cli.scan_view import row, view
from isthmus.cli.sources import Look, read_text, scanner_of, wanted
from isthmus.errors import MalformedError
from isthmus.exchange import Strength

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
) -> None:
    """Say what a text holds: where, of which kind, how surely and why. Offsets are code points, half open.

    Args:
        source: A UTF-8 file, a folder, or `-` for standard input. 文件、文件夹，或 `-` 表示标准输入。
        jsonl: Read one {"id","text"} a line, write one {"id","complete","spans"} a line, in order; {"id","error"} for a
            line that is not so.
        as_json: Write the findings as one JSON object.
        every: Add what lost in overlaps, marked `lost`. 同时列出因重叠而落选的结果。
        config: A configuration whose term lists are looked for too, and whose `policy.prose` counts.
        kinds: Only these kinds, separated by commas; a final dot stands for all that begin so (`cn.`).
        strength: Only findings at least this sure.
        prose: Names and addresses in running text too; without a configuration they are. 同时识别正文中的姓名与地址。

    """
    folder = source != "-" and Path(source).is_dir()
    if folder and jsonl:
        raise MalformedError("a folder has no lines", where=source, remedy="leave out --jsonl, or name one file")
    look = Look(scanner_of(config, prose=prose), wanted(kinds, strength), every=every)
    if jsonl:
        scan_lines(look, source)
    elif folder:
        scan_folder(look, Path(source), as_json=as_json)
    else:
        text = read_text(source)
        seen = look(text)
        if as_json:
            rows = [row(finding, text, lost=lost) for finding, lost in seen.findings]
            answer = {"complete": seen.complete, "findings": rows}
            sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        else:
            view(seen, text)
