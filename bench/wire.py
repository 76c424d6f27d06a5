"""How many recorded answers of other people's deployments pass through the dialects unharmed.

    python bench/wire.py FOLDER [--show]

FOLDER holds JSON Lines of `{"id", "provider", "api", "stream", "status", "body"}`. An answer is unharmed if its bytes
come out as they were without filters and with one that changes nothing, and if all its texts arrive whole through one
that holds back the end of each. A stream is cut at up to CUTS places, spread over it, and sent with CRLF; stream and
answer are translated to every other dialect and back, where text and tool calls must stay. Signed thinking goes to a
client that sees it restored and changes it, and must come back to its deployment as it was. The reader that judges is
`bench/wire_reader.py`, which has no code of the dialects. Prints a line a provider, then the bars.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import bar, conclude
from bench.wire_reader import main_texts, main_texts_of, signed_thoughts, texts

from isthmus.dialects.answer import write_answer
from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.known import DIALECTS
from isthmus.dialects.pairs import PAIRS, translate_answer, translate_stream
from isthmus.errors import IsthmusError

CUTS = 200
DONE = b"data: [DONE]\n\n"
APIS: dict[str, str] = {
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic",
    "gemini-generate": "gemini",
}
# what says in the body that it is another form than the row says, or that it is no answer
OTHER = ("text_completion", "response.failed", '"type":"error"')
# recordings that a person shortened: their deltas are not what their own end says
SHORTENED = ("openai-phase", "openai-shell-container")


class Hold:
    """Holds back the last code points of every channel; none: changes nothing."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.held: dict[str, str] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        text = self.held.get(channel, "") + text
        at = max(0, len(text) - self.window)
        self.held[channel] = text[at:]
        return text[:at]

    def flush(self, channel: str) -> str:
        return self.held.pop(channel, "")


class Restore:
    """Puts another word for a common one, as restoring does."""

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        return text.replace("e", "é")

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form
        return ""


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The recordings of successful answers."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            said = row.get("body", OTHER[0])
            if row["api"] not in APIS or row["status"] != 200 or any(word in said for word in OTHER):
                continue
            if '"choices"' in said and row["api"] == "openai-responses":
                continue
            yield row


def first_answer(body: str) -> str:
    """A recording up to where another answer begins: some hold two, one after the other."""
    for word in ("message_start", "response.created"):
        second = body.find(word, body.find("\n\n"))
        if second > 0 and word in body[: body.find("\n\n")]:
            return body[: body.rfind("\n\n", 0, second) + 2]
    return body


def through(dialect: str, pieces: list[bytes], window: int | None) -> tuple[bytes, Any]:
    """A stream as the gateway drives it."""
    stream = DIALECTS[dialect].stream([] if window is None else [Hold(window)])
    out = b"".join(stream.feed(piece) for piece in pieces)
    return out + stream.end(), stream


def harm_to_stream(dialect: str, data: bytes) -> str:
    """What a recorded stream suffers, or nothing."""
    cuts = CUTS if len(data) < 50_000 else CUTS // 10
    out, stream = through(dialect, [data], None)
    if out not in (data, data + DONE, data.rstrip() + b"\n\n", data.rstrip() + b"\n\n" + DONE):
        return "bytes differ without filters"
    if through(dialect, [data], 0)[0] != out:
        return "bytes differ though nothing changed"
    if stream.finish is None:
        return "no finish"
    said = texts(data)
    if ("usage" in said) != (stream.usage.output.amount is not None):
        return "usage was missed"
    held, _ = through(dialect, [data], 7)
    if texts(held) != said:
        return "texts differ through a filter that holds back"
    if texts(through(dialect, [data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")], 7)[0]) != said:
        return "texts differ with CRLF"
    for cut in range(1, len(data), max(1, len(data) // cuts)):
        if through(dialect, [data[:cut], data[cut:]], 7)[0] != held:
            return f"cut at {cut} it differs"
    return harm_by_translation(dialect, data)


def harm_by_translation(dialect: str, data: bytes) -> str:
    """What a recorded stream loses of its text and tool calls on the way through each other dialect and back."""
    before = main_texts(data)
    for other in DIALECTS:
        if other == dialect or ("custom_tool_call" in before and other in ("anthropic", "gemini")):
            continue
        there = translate_stream(PAIRS[other, dialect], created=0)
        middle = there.feed(data) + there.end()
        client = DIALECTS[other].stream([Hold(7)])
        client.feed(middle)
        client.end()
        back = translate_stream(PAIRS[dialect, other], created=0)
        if main_texts(back.feed(middle) + back.end()) != before:
            return f"texts differ after {other} and back"
    return ""


def harm_to_answer(dialect: str, data: bytes) -> str:
    """What a recorded answer suffers, or nothing."""
    codec = DIALECTS[dialect]
    answer = codec.read_answer(data)
    if write_answer(answer) != data or codec.filter_answer(answer, [Hold(0)]) != answer.body:
        return "bytes differ though nothing changed"
    if codec.filter_answer(answer, [Hold(7)]) != json.loads(data):
        return "JSON differs through a filter that holds back"
    if not answer.finish:
        return "no finish"
    if ("usage" in answer.body or "usageMetadata" in answer.body) and answer.usage.output.amount is None:
        return "usage was missed"
    before = main_texts_of(answer.body)
    for other in DIALECTS:
        if other == dialect or ("custom_tool_call" in before and other in ("anthropic", "gemini")):
            continue
        middle, _ = translate_answer(PAIRS[other, dialect], answer.body, created=0)
        back, _ = translate_answer(PAIRS[dialect, other], middle, created=0)
        if main_texts_of(back) != before:
            return f"texts differ after {other} and back"
    return ""


def harm_to_signed(data: bytes) -> tuple[int, int]:
    """How many signed thoughts of a Messages stream there are, and how many do not come back as they were."""
    seal = Seal(key=b"k" * 32, origin="recorded")
    codec = DIALECTS["anthropic"]
    stream = codec.stream([Restore()], seal=seal)
    shown = signed_thoughts(stream.feed(data) + stream.end())
    content = [{"type": "thinking", "thinking": f"{text}?", "signature": signature} for text, signature in shown]
    turn: dict[str, Any] = {"messages": [{"role": "assistant", "content": content}]}
    body, _ = codec.reopen(turn, seal) if shown else (turn, ())
    back = [(block["thinking"], block["signature"]) for block in body["messages"][0]["content"]]
    issued = signed_thoughts(data)
    return len(issued), sum(one != other for one, other in zip(issued, back, strict=True))


def main() -> None:
    """Read the arguments, pass all recordings through, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="name each harmed recording")
    given = parser.parse_args()
    seen: Counter[tuple[str, str]] = Counter()
    harmed: list[str] = []
    signed = broken = 0
    for row in rows(given.folder):
        data = first_answer(row["body"]).encode()
        dialect = APIS[row["api"]]
        try:
            harm = (harm_to_stream if row["stream"] else harm_to_answer)(dialect, data)
            if row["stream"] and dialect == "anthropic":
                found, lost = harm_to_signed(data)
                signed, broken = signed + found, broken + lost
        except IsthmusError as error:
            harm = str(error)
        seen[row["provider"], "streams" if row["stream"] else "answers"] += 1
        if harm and not any(word in row.get("case", "") for word in SHORTENED):
            harmed.append(f"{row['id']} {row.get('case', '')}: {harm}")
    for (provider, kind), number in sorted(seen.items()):
        print(f"{provider:<20} {kind:<8} {number:>4}")
    for line in harmed if given.show else []:
        print(line)
    total = sum(seen.values())
    conclude(
        [
            bar("wire_recordings_read", total, "at least", 1),
            bar("wire_recordings_harmed", len(harmed), "at most", 0),
            bar("wire_signed_thoughts_read", signed, "at least", 1),
            bar("wire_signed_thoughts_changed", broken, "at most", 0),
        ]
    )


if __name__ == "__main__":
    main()
