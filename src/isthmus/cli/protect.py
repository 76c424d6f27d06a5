"""`isthmus protect`: a document with pseudonyms for what must not leave, and a key file that brings it back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from isthmus.cli.sources import read_text, scanner_of, wanted, write_text
from isthmus.documents import Hidden, hide
from isthmus.exchange import Strength
from isthmus.keyfile import held, new_key_file, read_key_file, write_key_file


def protect(
    source: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    *,
    key_file: Annotated[Path, Parameter(name=["--key-file", "--key", "-k"])],
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    config: Annotated[Path | None, Parameter(name=["--config", "-c"])] = None,
    kinds: str = "",
    strength: Strength = "likely",
    prose: Annotated[bool | None, Parameter(name="--prose")] = None,
    language: Literal["auto", "en", "zh"] = "auto",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """文档假名化，凭密钥文件可还原。 Replace what must not leave in a text by pseudonyms, for work outside the gateway.

    `isthmus unprotect` with the same key file brings it back. One key file serves many documents: the same value has
    the same pseudonym in all of them. Keep it at home: whoever has it can bring the documents back.

    Args:
        source: A UTF-8 text, or `-` for standard input. 文件，或 `-` 表示标准输入。
        key_file: The key file; made where there is none. 密钥文件，不存在则新建。
        output: Write the protected text here instead of to standard output.
        config: A configuration whose term lists are protected too.
        kinds: Only these kinds, separated by commas; a final dot stands for all that begin so (`cn.`).
        strength: Only findings at least this sure.
        prose: Names and addresses in running text too; without a configuration they are. 同时识别正文中的姓名与地址。
        language: The language of the type words; `auto` is that of the text around.
        as_json: Say what was done as one JSON object on standard error.

    """
    text = read_text(source)
    scanner = scanner_of(config, prose=prose)
    with held(key_file) as fresh:
        key = read_key_file(key_file) if key_file.exists() else new_key_file()
        done = hide(text, key, scanner, wanted=wanted(kinds, strength), lang=language)
        write_key_file(key_file, fresh, done.key)
    write_text(done.text, output)
    _say(done, key_file, as_json=as_json)


def _say(done: Hidden, key_file: Path, *, as_json: bool) -> None:
    if as_json:
        said = {"replaced": done.kinds, "unread": done.unread, "exact": done.exact, "key_file": str(key_file)}
        print(msgspec.json.encode(said).decode(), file=sys.stderr)
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in done.kinds.items())
    print(f"replaced: {kinds or 'nothing'}; comes back with {key_file}", file=sys.stderr)
    if done.unread:
        print(f"warning: {done.unread} encoded runs could not be read and are as they were", file=sys.stderr)
    if not done.exact:
        print("note: numbers of the JSON come back as strings, escapes in another spelling", file=sys.stderr)
