"""Findings as a person sees them: the lines they stand in, highlighted, and below each where, what and why."""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text

from isthmus.cli.sources import Seen
from isthmus.exchange import Finding

STYLE = {"certain": "bold white on red", "likely": "black on yellow", "possible": "black on cyan"}
_AROUND = 48  # code points of a line that are shown on each side of what is found in it
_SHOWN = 40


def row(finding: Finding, text: str, *, lost: bool = False) -> dict[str, Any]:
    """A finding as its JSON form, with the text it covers."""
    part = finding.parts[0]
    found: dict[str, Any] = {
        "start": part.start,
        "end": part.end,
        "kind": finding.kind,
        "strength": finding.strength,
        "check": finding.check,
        "classes": finding.classes,
        "why": finding.why,
        "via": part.via,
        "text": text[part.start : part.end].encode("utf-8", "replace").decode(),
    }
    return found | ({"lost": True} if lost else {})


def view(seen: Seen, text: str, *, name: str = "") -> None:
    """Print what was seen in a text; `name` is the file where there are several."""
    console = Console(highlight=False, soft_wrap=True)
    findings = sorted(seen.findings, key=lambda each: each[0].parts[0].start)
    reach = -1
    for finding, lost in findings:
        part = finding.parts[0]
        if part.start >= reach:  # in another line than the one before
            begin, stop = text.rfind("\n", 0, part.start) + 1, text.find("\n", part.end)
            reach = stop if stop >= 0 else len(text)
            inside = [each for each, is_lost in findings if begin <= each.parts[0].start < reach and not is_lost]
            _heading(console, text, (begin, reach), inside, name)
        _reason(console, finding, text, lost=lost)
    if not name:
        if not findings:
            console.print("nothing found 未发现")
        console.print(f"complete: {'yes' if seen.complete else 'no'} 完整：{'是' if seen.complete else '否'}")


def _heading(console: Console, text: str, line: tuple[int, int], findings: list[Finding], name: str) -> None:
    """The number of a line, and on a terminal the line itself."""
    if console.is_terminal or name:
        number = text.count("\n", 0, line[0]) + 1
        console.print(Text(f"{visible(name)}{':' if name else ''}{number}", style="bold"))
    if console.is_terminal:
        console.print(_line(text, *line, findings))


def _reason(console: Console, finding: Finding, text: str, *, lost: bool) -> None:
    part = finding.parts[0]
    shown = visible(text[part.start : part.end])
    if len(shown) > _SHOWN:
        shown = f"{shown[: _SHOWN - 1]}…"
    line = Text(f"{part.start:>6}-{part.end:<6} {finding.kind:<22} ")
    line.append(f"{finding.strength:<9}", style=STYLE[finding.strength] if not lost else "dim")
    line.append(f" {shown}")
    console.print(line)
    why = f"{finding.why}{': ' + ', '.join(finding.classes) if finding.classes else ''}"
    layers = f" (in {', '.join(part.via)})" if part.via else ""
    console.print(
        Text(f"{'':14}{visible(why + layers)}{'; lost to a better finding 落选' if lost else ''}", style="dim")
    )


def _line(text: str, begin: int, stop: int, findings: list[Finding]) -> Text:
    """The line `[begin, stop)`, with what is found in it highlighted and what is far from it left out."""
    out = Text()
    at = begin
    for finding in findings:
        part = finding.parts[0]
        start, end = max(part.start, at), min(part.end, stop)
        if start >= end:
            continue
        out.append(_between(text[at:start], first=at == begin))
        out.append(visible(text[start:end]), style=STYLE[finding.strength])
        at = end
    rest = text[at:stop]
    out.append(visible(rest if len(rest) <= _AROUND else f"{rest[:_AROUND]}…"))
    return out


def _between(text: str, *, first: bool) -> str:
    if first:
        return visible(text if len(text) <= _AROUND else f"…{text[-_AROUND:]}")
    return visible(text if len(text) <= 2 * _AROUND else f"{text[:_AROUND]} … {text[-_AROUND:]}")


def visible(text: str) -> str:
    """A text without what a terminal would obey or not show: such characters as their escapes."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    return character.encode("unicode_escape").decode()
