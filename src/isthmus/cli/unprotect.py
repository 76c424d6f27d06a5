"""`isthmus unprotect`: what `isthmus protect` replaced comes back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from isthmus.cli.sources import read_text, write_text
from isthmus.documents import show
from isthmus.errors import MalformedError
from isthmus.keyfile import read_key_file


def unprotect(
    source: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    *,
    key_file: Annotated[Path, Parameter(name=["--key-file", "--key", "-k"])],
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """还原文档。 Restore the pseudonyms of a text that `isthmus protect` made, also where a model changed their form.

    What looks like a pseudonym and was not issued with this key file stays as it is and is counted; where all of them
    are such, the key file is the wrong one and nothing is written.

    Args:
        source: A UTF-8 text, or `-` for standard input. 文件，或 `-` 表示标准输入。
        key_file: The key file that it was protected with. 密钥文件。
        output: Write the text here instead of to standard output.
        as_json: Say what was done as one JSON object on standard error.

    """
    text = read_text(source)
    done = show(text, read_key_file(key_file))
    if done.unknown and not done.restored:
        raise MalformedError(
            f"{done.unknown} pseudonyms, of which none was issued with {key_file}",
            where="standard input" if source == "-" else source,
            remedy="give the key file that the document was protected with",
        )
    write_text(done.text, output)
    if as_json:
        said = {"restored": done.restored, "missing": done.missing, "unknown": done.unknown}
        print(msgspec.json.encode(said).decode(), file=sys.stderr)
        return
    print(f"restored: {done.restored}; issued and not in this text: {done.missing}", file=sys.stderr)
    if done.unknown:
        print(f"warning: {done.unknown} that look like pseudonyms are not of this key file", file=sys.stderr)
