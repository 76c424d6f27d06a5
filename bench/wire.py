"""How many recorded answers of other people's deployments pass through a dialect unharmed.

    python bench/wire.py FOLDER [--show]

FOLDER holds JSON Lines of `{"id", "provider", "api", "stream", "status", "body"}`. An answer is unharmed if its bytes
come out as they were without filters and with one that changes nothing, and if all its texts arrive whole through one
that holds back the end of each. A stream is cut at up to CUTS places, spread over it, sent with CRLF, and translated to
the other dialect and back, where content and tool calls must stay. The reader that judges is this file's own. Prints a
line a provider, then the bars.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isthmus.dialects import anthropic, openai_chat
from isthmus.dialects.pairs import PAIRS, translate_stream
from isthmus.errors import IsthmusError

CUTS = 200
OTHER = "text_completion"  # what the older form of completions calls itself: another dialect
DONE = b"data: [DONE]\n\n"
DIALECTS: dict[str, Any] = {"openai-chat": openai_chat, "anthropic-messages": anthropic}
STREAMS: dict[str, Any] = {"openai-chat": openai_chat.ChatStream, "anthropic-messages": anthropic.MessagesStream}


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


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The recordings of successful chats."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["api"] in DIALECTS and row["status"] == 200 and OTHER not in row.get("body", OTHER):
                yield row


def first_message(body: str) -> str:
    """A recording up to where another message begins: some hold two answers, one after the other."""
    at = body.find("event: message_start", 1)
    return body if at < 0 else body[:at]


def through(api: str, pieces: list[bytes], window: int | None) -> tuple[bytes, Any]:
    """A stream as the gateway drives it."""
    stream = STREAMS[api]([] if window is None else [Hold(window)])
    out = b"".join(stream.feed(piece) for piece in pieces)
    return out + stream.end(), stream


def texts(data: bytes) -> dict[str, Any]:
    """All strings of a stream's deltas joined by place, its finish reasons and its last usage; no code of ours."""
    found: dict[str, Any] = {}
    for block in data.decode().replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].strip() for line in block.split("\n") if line.startswith("data:")]
        if not lines or lines == ["[DONE]"]:
            continue
        chunk = json.loads("\n".join(lines))
        if chunk.get("usage"):
            found["usage"] = chunk["usage"]
        if "type" in chunk:
            messages_texts(found, chunk)
            continue
        for place, choice in enumerate(chunk.get("choices") or []):
            number = choice.get("index", place)
            if choice.get("finish_reason"):
                found[f"{number}:finish"] = choice["finish_reason"]
            gather(found, f"{number}", choice.get("delta") or {})
    return {place: value for place, value in found.items() if value != ""}


def messages_texts(found: dict[str, Any], event: dict[str, Any]) -> None:
    """The same of one event of a Messages stream."""
    if event["type"] == "message_delta":
        found["0:finish"] = event["delta"].pop("stop_reason")
    for name in ("message", "content_block", "delta"):
        if name in event:
            gather(found, f"{event.get('index', 'message')}", event[name])


def gather(found: dict[str, Any], place: str, node: Any) -> None:
    """Join strings under a place that does not depend on how they were cut."""
    if isinstance(node, str):
        found[place] = found.get(place, "") + node
    elif isinstance(node, list):
        for item in node:
            label = f"{item.get('index', '')}{item.get('type', '')}" if isinstance(item, dict) else ""
            gather(found, f"{place}/{label}" if "tool_calls" not in place else f"{place}/{item.get('index', '')}", item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in ("role", "type", "object", "id"):
                gather(found, f"{place}/{name}", value)


def harm_to_stream(api: str, data: bytes) -> str:
    """What a recorded stream suffers, or nothing."""
    cuts = CUTS if len(data) < 50_000 else CUTS // 10
    out, stream = through(api, [data], None)
    if out not in (data, data + DONE, data.rstrip() + b"\n\n", data.rstrip() + b"\n\n" + DONE):
        return "bytes differ without filters"
    if through(api, [data], 0)[0] != out:
        return "bytes differ though nothing changed"
    said = texts(data)
    if not any(place[0].isdigit() and place != "0:finish" for place in said) and said.get("0:finish") != "refusal":
        return "nothing was said"
    if stream.finish is None:
        return "no finish"
    if ("usage" in said) != (stream.usage.output.amount is not None):
        return "usage was missed"
    held, _ = through(api, [data], 7)
    if texts(held) != said:
        return "texts differ through a filter that holds back"
    if texts(through(api, [data.replace(b"\n", b"\r\n")], 7)[0]) != said:
        return "texts differ with CRLF"
    step = max(1, len(data) // cuts)
    for cut in range(1, len(data), step):
        if through(api, [data[:cut], data[cut:]], 7)[0] != held:
            return f"cut at {cut} it differs"
    return harm_by_translation(api, data)


def harm_by_translation(api: str, data: bytes) -> str:
    """What a recorded stream loses of its content and tool calls on the way through the other dialect and back."""
    ways = [PAIRS["openai_chat", "anthropic"], PAIRS["anthropic", "openai_chat"]]
    if api == "openai-chat":
        ways.reverse()
    before, after = main_texts(data), data
    for pair in ways:
        stream = translate_stream(pair, created=0)
        after = stream.feed(after) + stream.end()
    return "" if main_texts(after) == before else "texts differ after translation there and back"


def main_texts(data: bytes) -> list[str]:
    """Content, then the arguments of each tool call, of a stream in either dialect, joined."""
    content, calls = "", dict[int, str]()
    for line in data.decode().replace("\r\n", "\n").split("\n"):
        if not line.startswith("data: {"):
            continue
        node = json.loads(line[6:])
        block, delta, index = node.get("content_block") or {}, node.get("delta") or {}, node.get("index", 0)
        if block.get("type") == "tool_use":
            calls[index] = json.dumps(block["input"]) if block["input"] else ""
        content += (block.get("text") or "") + (delta.get("text") or "")
        if index in calls:
            calls[index] += delta.get("partial_json") or ""
        for choice in [choice for choice in node.get("choices") or () if not choice.get("index")]:
            delta = choice.get("delta") or {}
            said = delta.get("content") or ""
            parts = [part.get("text", "") for part in said] if isinstance(said, list) else [said]
            content += "".join(text for text in parts if isinstance(text, str))
            for call in delta.get("tool_calls") or ():
                number = call.get("index", 0)
                calls[number] = calls.get(number, "") + (call["function"].get("arguments") or "")
    return [content, *(plain(call) for call in calls.values())]


def plain(arguments: str) -> str:
    """Arguments in one spelling, where they are JSON."""
    try:
        return json.dumps(json.loads(arguments))
    except ValueError:
        return arguments


def harm_to_answer(api: str, data: bytes) -> str:
    """What a recorded answer suffers, or nothing."""
    dialect = DIALECTS[api]
    answer = dialect.read_answer(data)
    if dialect.write_answer(answer) != data or dialect.write_answer(dialect.answer_of(data, [Hold(0)])) != data:
        return "bytes differ though nothing changed"
    if json.loads(dialect.write_answer(dialect.answer_of(data, [Hold(7)]))) != json.loads(data):
        return "JSON differs through a filter that holds back"
    if not answer.slots and answer.finish != "refusal":
        return "nothing was said"
    if not answer.finish:
        return "no finish"
    if json.loads(data).get("usage") and answer.usage.output.amount is None:
        return "usage was missed"
    return ""


def main() -> None:
    """Read the arguments, pass all recordings through, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="name each harmed recording")
    given = parser.parse_args()
    seen: Counter[tuple[str, str]] = Counter()
    harmed: list[str] = []
    for row in rows(given.folder):
        data = first_message(row["body"]).encode()
        try:
            harm = (harm_to_stream if row["stream"] else harm_to_answer)(row["api"], data)
        except IsthmusError as error:
            harm = str(error)
        seen[row["provider"], "streams" if row["stream"] else "answers"] += 1
        if harm:
            harmed.append(f"{row['id']} {row.get('case', '')}: {harm}")
    for (provider, kind), number in sorted(seen.items()):
        print(f"{provider:<20} {kind:<8} {number:>4}")
    for line in harmed if given.show else []:
        print(line)
    total = sum(seen.values())
    bars = [("wire_recordings_read", total, 1, total >= 1), ("wire_recordings_harmed", len(harmed), 0, not harmed)]
    for bar, value, limit, ok in bars:
        print(json.dumps({"bar": bar, "value": value, "limit": limit, "ok": ok}))
    raise SystemExit(0 if all(ok for *_, ok in bars) else 1)


if __name__ == "__main__":
    main()
