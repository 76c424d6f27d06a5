"""How many recorded answers in the vendors' own forms are read right.

    python bench/own_forms.py FOLDER [--show]

FOLDER holds JSON Lines of `{"id", "api", "path", "stream", "body"}` (a body that is no text as `body_b64`). The reader
that judges is below and has no code of the dialects: of a whole answer it takes the text from its place, of a stream it
sees all pieces at once, so that it knows whether they add up or repeat. An answer without a finish has to be called
broken, an error has to be read as one with its code. Prints a line a form, then the bars.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import bar, conclude

from isthmus.dialects.known import OWN
from isthmus.dialects.reading import read_stream, read_whole

Node = dict[str, Any]
FORMS = {"dashscope-native": "dashscope", "hunyuan-native": "hunyuan", "cohere-chat": "cohere"}


def rows(folder: Path) -> Iterator[Node]:
    """The recordings of answers in these forms; tasks, files and the like are other services."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            path = row.get("path", "")
            if row["api"] in FORMS and (row["api"] != "dashscope-native" or "/aigc/" in path or "/apps/" in path):
                yield row


def bytes_of(row: Node) -> bytes:
    return row["body"].encode() if isinstance(row.get("body"), str) else base64.b64decode(row["body_b64"])


def nodes(data: bytes, *, stream: bool) -> list[Node]:
    """The answer, or the events of its stream."""
    if not stream:
        return [json.loads(data)]
    lines = [line[5:].strip() for line in data.decode().splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line and line != "[DONE]"]


def said(form: str, node: Node) -> tuple[str, bool]:
    """The text of an answer or of an event, and whether it holds a finish."""
    if form == "cohere":
        message = node.get("message") or node.get("delta", {}).get("message") or {}
        parts = message.get("content") or []
        parts = [parts] if isinstance(parts, dict) else parts
        ended = node.get("finish_reason") or node.get("delta", {}).get("finish_reason")
        return "".join(part.get("text", "") for part in parts), bool(ended)
    if form == "hunyuan":
        inner = node.get("Response", node)
        choice = (inner.get("Choices") or inner.get("choices") or [{}])[0]
        message = choice.get("Message") or choice.get("Delta") or choice.get("messages") or {}
        return message.get("Content") or message.get("content") or "", bool(
            choice.get("FinishReason") or choice.get("finish_reason")
        )
    output = node.get("output") or {}
    choice = (output.get("choices") or [{"message": {"content": output.get("text")}, **output}])[0]
    content = choice.get("message", {}).get("content") or ""
    text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    return text, choice.get("finish_reason") not in (None, "", "null")


def expected(form: str, found: list[Node]) -> tuple[str, bool]:
    """The whole text: pieces that repeat those before them, or that add up."""
    pieces = [said(form, node) for node in found]
    texts = [text for text, _ in pieces if text]
    pairs = list(pairwise(texts))
    repeats = bool(pairs) and all(after.startswith(before) for before, after in pairs)
    return texts[-1] if repeats else "".join(texts), any(ended for _, ended in pieces)


def wrong(row: Node) -> str:
    """What was read wrong, or nothing."""
    form, data, stream = FORMS[row["api"]], bytes_of(row), bool(row["stream"])
    read = (read_stream if stream else read_whole)(OWN[form], data)
    found = nodes(data, stream=stream)
    code = found[0].get("code") or (found[0].get("Response", {}).get("Error") or {}).get("Code")
    if code and not found[0].get("output"):
        return "" if read.error and read.error.get("code") == code else "an error is not read as one"
    text, ended = expected(form, found)
    if not ended:
        return "" if read.error else "an answer without a finish is read as whole"
    if read.error:
        return f"an answer is read as an error: {read.error['message']}"
    if (read.text or "") != text:
        return "another text"
    return "" if text or read.tool_calls else "nothing was read"


def main() -> None:
    """Read the arguments and all recordings, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="name each recording that was read wrong")
    given = parser.parse_args()
    seen: Counter[str] = Counter()
    bad: list[str] = []
    for row in rows(given.folder):
        seen[FORMS[row["api"]]] += 1
        if problem := wrong(row):
            bad.append(f"{row['id']} {row.get('case', '')}: {problem}")
    for form, number in sorted(seen.items()):
        print(f"{form:<20} {number:>4}")
    for line in bad if given.show else []:
        print(line)
    conclude(
        [
            bar("own_form_recordings_read", sum(seen.values()), "at least", 1),
            bar("own_form_recordings_read_wrong", len(bad), "at most", 0),
        ]
    )


if __name__ == "__main__":
    main()
