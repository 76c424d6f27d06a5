"""What the client programs share: where the gateway is, what is planted, how a check is told. Standard library only.

A program runs in an environment of its own, once for each wire form behind the gateway, and prints a line of JSON a
check: `{"check", "ok", "error"}`. What the far side received is looked at by who started it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import traceback
import urllib.request
from collections.abc import Callable
from typing import Any

URL = os.environ.get("ISTHMUS_URL", "")  # with /v1
ROOT = URL.removesuffix("/v1")
KEY = os.environ.get("ISTHMUS_KEY", "")
WAY = os.environ.get("ISTHMUS_WAY", "")
FAR, HOME = f"far-{WAY}", f"home-{WAY}"
CONTROL = os.environ.get("ISTHMUS_CONTROL", "")  # of the simulated deployment abroad
NAME, MOBILE, RESIDENT_ID = "周建国", "13912345678", "11010519491231002X"
LETTER = f"请联系{NAME}（{MOBILE}，{RESIDENT_ID}），说明轴承更换的安排。"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"phone": {"type": "string"}},
    "required": ["phone"],
    "additionalProperties": False,
}
Check = Callable[[], Any]


def fail(*faults: str) -> None:
    """Let the next requests at the deployment abroad fail in these ways."""
    request = urllib.request.Request(f"{CONTROL}/faults", json.dumps(faults).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def count() -> dict[str, int]:
    """How many requests reached the deployment abroad, and how many clients left it early."""
    with urllib.request.urlopen(f"{CONTROL}/count", timeout=10) as answer:
        told: dict[str, int] = json.load(answer)
        return told


def says(text: str | None) -> None:
    """The answer names whom it was told of: the pseudonym came back as the number."""
    assert text is not None
    assert MOBILE in text, text


def raises(kind: Any, call: Check, status: int = 0) -> Any:
    """The error that a call ends in."""
    try:
        call()
    except kind as error:
        caught = error
    else:
        raise AssertionError(f"no {kind}")
    found = getattr(caught, "status_code", None) or getattr(caught, "code", None)
    assert not status or found == status, (found, str(caught)[:300])
    return caught


def run(checks: dict[str, Check]) -> None:
    """Run every check and tell of each; those that are asynchronous share one loop, as in a program."""
    with asyncio.Runner() as loop:
        for name, check in checks.items():
            told: dict[str, Any] = {"check": name, "ok": True}
            try:
                made = check()
                if inspect.iscoroutine(made):
                    loop.run(made)
            except Exception as error:  # noqa: BLE001 - whatever a client raises is what is told
                frames = [f for f in traceback.extract_tb(error.__traceback__) if "clients" in f.filename]
                place = f"line {frames[-1].lineno}" if frames else ""
                told |= {"ok": False, "error": f"{place}: {type(error).__name__}: {error}"[:600]}
            print(json.dumps(told, ensure_ascii=False), flush=True)
