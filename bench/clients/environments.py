"""Environments of their own for clients and suites, each with exact versions; made once, in `bench/.envs`.

Nothing here is in the locks of the project: what a client needs must not decide what the gateway runs on.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

ENVS = Path(__file__).parent.parent / ".envs"


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """An environment: its packages as (name, version), the first of which is the one that is tested."""

    id: str
    packages: tuple[tuple[str, str], ...]
    node: bool = False

    @property
    def folder(self) -> Path:
        return ENVS / self.id

    @property
    def interpreter(self) -> str:
        """The program that runs its scripts."""
        return str(self.folder / ("node_modules/.bin/node" if self.node else "bin/python"))


# Node's SDKs fall back to old versions of themselves on an old Node: it comes from a package, too.
NODE = ("node", "24.21.0")
ENVIRONMENTS: dict[str, Environment] = {
    row.id: row
    for row in (
        Environment(id="llm-comply", packages=(("llm-comply", "0.5.0"),)),
        Environment(id="schemathesis", packages=(("schemathesis", "4.32.5"),)),
        Environment(id="openai-python", packages=(("openai", "3.57.0"),)),
        Environment(id="anthropic-python", packages=(("anthropic", "2.14.0"),)),
        Environment(id="google-python", packages=(("google-genai", "3.6.1"),)),
        Environment(
            id="langchain",
            packages=(
                ("langchain-openai", "1.7.4"),
                ("langchain-anthropic", "1.7.10"),
                ("langchain-google-genai", "4.4.3"),
            ),
        ),
        Environment(id="openai-agents", packages=(("openai-agents", "0.24.0"), ("openai", "3.57.0"))),
        Environment(id="openai-node", packages=(("openai", "7.57.0"), NODE), node=True),
        Environment(id="anthropic-node", packages=(("@anthropic-ai/sdk", "1.14.0"), NODE), node=True),
        Environment(id="google-node", packages=(("@google/genai", "3.3.0"), NODE), node=True),
    )
}


def prepare(name: str) -> Environment:
    """The environment, made where it is missing; ends the program where a version is another than the exact one."""
    row = ENVIRONMENTS[name]
    if _found(row) != dict(row.packages):
        shutil.rmtree(row.folder, ignore_errors=True)
        print(f"making {row.folder.name} ...", flush=True)
        (_node if row.node else _python)(row)
    found = _found(row)
    if found != dict(row.packages):
        sys.exit(f"{row.id}: expected {dict(row.packages)}, got {found}")
    print(f"{row.id}: {', '.join(f'{package} {version}' for package, version in found.items())}", flush=True)
    return row


def _python(row: Environment) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(row.folder)], check=True)
    wanted = [f"{package}=={version}" for package, version in row.packages]
    pip = [row.interpreter, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input", "install"]
    subprocess.run([*pip, *wanted], check=True, stderr=subprocess.DEVNULL)


def _node(row: Environment) -> None:
    row.folder.mkdir(parents=True)
    (row.folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    wanted = [f"{package}@{version}" for package, version in row.packages]
    npm = ["npm", "install", "--no-package-lock", "--no-save", "--no-audit", "--no-fund", "--silent"]
    subprocess.run([*npm, *wanted], cwd=row.folder, check=True, stdout=subprocess.DEVNULL)


def _found(row: Environment) -> dict[str, str]:
    """The versions that are there."""
    if not Path(row.interpreter).exists():
        return {}
    if row.node:
        files = {package: row.folder / "node_modules" / package / "package.json" for package, _ in row.packages}
        there = {package: file for package, file in files.items() if file.exists()}
        return {package: json.loads(file.read_text(encoding="utf-8"))["version"] for package, file in there.items()}
    names = [package for package, _ in row.packages]
    script = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    done = subprocess.run([row.interpreter, "-c", script, *names], capture_output=True, check=False)
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}
