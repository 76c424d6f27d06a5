"""Runs the client programs and looks at what the far side received from them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.bars import Bar, bar
from bench.clients.checking import MOBILE, NAME, RESIDENT_ID
from bench.clients.environments import ENVIRONMENTS, prepare
from bench.clients.stage import WAYS, Conformance, name_of

FOLDER = Path(__file__).parent
PLANTED = (NAME, MOBILE, RESIDENT_ID)
# how the path of a call ends at a deployment of each wire form
PATHS: dict[str, tuple[str, ...]] = {
    "openai_chat": ("/chat/completions", "/embeddings"),
    "openai_responses": ("/responses",),
    "anthropic": ("/messages",),
    "gemini": (":generateContent", ":streamGenerateContent", ":embedContent", ":batchEmbedContents"),
}
PATIENCE_S = 300
# the clients, each with its program and how many checks it makes of one wire form
CLIENTS: dict[str, tuple[str, int]] = {
    "openai-python": ("openai_python.py", 20),
    "anthropic-python": ("anthropic_python.py", 13),
    "google-python": ("google_python.py", 14),
    "langchain": ("langchain_python.py", 21),
    "openai-agents": ("openai_agents.py", 8),
    "openai-node": ("openai_node.mjs", 15),
    "anthropic-node": ("anthropic_node.mjs", 12),
    "google-node": ("google_node.mjs", 11),
}


def parts() -> dict[str, Callable[[Conformance], list[Bar]]]:
    """A part for each client, and one for the schemas."""
    return {**{name: partial(run, name=name) for name in CLIENTS}, "schemas": schemas}


def run(stage: Conformance, *, name: str) -> list[Bar]:
    """One client against each wire form; prints what failed."""
    environment, (script, expected) = prepare(name), CLIENTS[name]
    checks = failed = arrived = 0
    for way in WAYS:
        before = len(stage.arrived("far"))
        variables = {
            "ISTHMUS_URL": stage.url,
            "ISTHMUS_KEY": stage.key,
            "ISTHMUS_WAY": name_of(way),
            "ISTHMUS_CONTROL": stage.control("far"),
            "NODE_PATH": str(environment.folder / "node_modules"),
            "NO_PROXY": "127.0.0.1",
        }
        program = [environment.interpreter, _placed(environment.folder, script)]
        done = subprocess.run(
            program, env=os.environ | variables, capture_output=True, timeout=PATIENCE_S, check=False, text=True
        )
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"check"')]
        wrong = [f"{row['check']}: {row['error']}" for row in told if not row["ok"]]
        if done.returncode or not told:
            wrong.append(f"ended with {done.returncode}: {done.stderr[-800:]}")
        received = stage.arrived("far")[before:]
        leaked = [text for path, text in received if any(original in text for original in PLANTED)]
        known = tuple(end for ends in PATHS.values() for end in ends)
        here = [path for path, _ in received if path.partition("?")[0].endswith(PATHS[way])]
        for line in wrong:
            print(f"{name} to {way}: {line}")
        if not here or not all(path.partition("?")[0].endswith(known) for path, _ in received):
            wrong.append("what arrived is not of the wire form")
            print(f"{name} to {way}: {wrong[-1]}: {[path for path, _ in received][:5]}")
        print(
            f"{name} to {way}: {len(told)} checks, {len(wrong)} failed, {len(received)} arrived, {len(leaked)} leaked"
        )
        checks, failed, arrived = checks + len(told), failed + len(wrong), arrived + len(leaked)
    return [
        bar(f"{name} {ENVIRONMENTS[name].packages[0][1]} checks", checks, "at least", expected * len(WAYS)),
        bar(f"{name} failed", failed, "at most", 0),
        bar(f"{name} planted data that arrived abroad", arrived, "at most", 0),
    ]


def schemas(_: Conformance) -> list[Bar]:
    """Google's SDK states the same schemas as `/openapi.json`; for the others a test says so."""
    program = Path(__file__).parent.parent.parent / "docs" / "wire_schemas.py"
    done = subprocess.run([prepare("google-python").interpreter, str(program), "--check", "gemini"], check=False)
    return [bar("schemas that are not those of google-genai", done.returncode, "at most", 0)]


def _placed(folder: Path, program: str) -> str:
    """Where the program is run from: Node looks for modules beside the file."""
    if not program.endswith(".mjs"):
        return str(FOLDER / program)
    for name in ("checking.mjs", program):
        (folder / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    return str(folder / program)
