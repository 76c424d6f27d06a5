"""The tree keeps its shape: who may import whom, what the pure parts may touch, sizes, names, and one README a folder.

Imports are read with `ast`, nothing is run. Each failure names the file, the import and the reason.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
PACKAGE = SRC / "isthmus"
FILES = sorted(PACKAGE.rglob("*.py"))
PROGRAMS = sorted(
    f
    for top in ("src", "tests", "bench", "docs")
    for f in (ROOT / top).rglob("*.py")
    if ".envs" not in f.parts  # what others wrote
)

KERNEL = ("errors", "exchange", "facts", "decision", "catalog", "pseudonyms")
STEPS = ("receive", "identify", "scan", "decide", "route", "transform", "call", "restore", "label", "record")
PURE_STEPS = ("scan", "decide", "transform", "route", "restore", "label")
HTTP_CLIENTS = ("pyreqwest", "httpx", "httpx2", "aiohttp", "requests", "urllib3", "urllib.request", "http.client")
SDKS = ("openai", "anthropic", "google.genai")
# What a pure part may not hold: the date, the nonce and the answer come in as arguments.
IMPURE_MODULES = ("socket", "ssl", "select", "selectors", "asyncio", "time", "random", "secrets", "uuid", "subprocess")
IMPURE_NAMES = (
    "os.environ",
    "os.getenv",
    "os.urandom",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
)
# The half of `record` that has a clock, a loop or a disk; every other file there is pure.
RECORD_SHELL: dict[str, str] = {
    "census": "loads and saves persons in the store",
    "instances": "which processes live",
    "journal": "writes groups of entries to the store",
    "ledger": "what the pipeline awaits",
    "witness": "a folder for checkpoints, and new keys",
    "writer": "the thread that commits",
}
# file under src/isthmus -> why it may be longer than MAX_LINES
LONG_FILES: dict[str, str] = {}
# file:function -> why it may be longer than MAX_FUNCTION
LONG_FUNCTIONS: dict[str, str] = {}
# folder under src/isthmus -> why it has no README of its own
NO_README: dict[str, str] = {}
MEDIAN_LINES, MAX_LINES, MAX_FUNCTION, MAX_README = 150, 400, 50, 20
VAGUE = {"utils", "util", "common", "helpers", "helper", "manager", "base", "core", "misc"}
# stdlib names that are also the field's own word, always imported by their full path
OWN_WORDS: dict[str, str] = {"sched": "none yet"}


def module_of(file: Path) -> str:
    """The dotted name of a file under `src`."""
    parts = file.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST, module: str, *, package: bool = False) -> Iterator[tuple[str, int]]:
    """Every imported dotted name with its line; `from a import b` gives both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + package]
                origin = ".".join([*kept, *([origin] if origin else [])])
            yield origin, node.lineno
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def within(name: str, *roots: str) -> bool:
    """Whether the dotted `name` is one of `roots` or lies below it."""
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute chain of names, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def step_of(module: str) -> str:
    """The step that a module belongs to, or nothing."""
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[:2] == ["isthmus", "steps"] else ""


def is_pure(module: str) -> bool:
    """Whether a module belongs to the parts that hold no socket, loop, clock, randomness or environment."""
    step = step_of(module)
    if step == "record":
        return not any(within(module, f"isthmus.steps.record.{name}") for name in RECORD_SHELL)
    return step in PURE_STEPS or within(module, "isthmus.dialects")


def forbidden(module: str, name: str) -> str:
    """Why `module` may not import `name`, or nothing."""
    step, top = step_of(module), module.split(".")[1] if "." in module else ""
    other = step_of(name + ".") if name.startswith("isthmus.steps.") else ""
    if step and other in STEPS and other != step:
        return "no step imports another step: what it needs comes in as an argument (rule 1)"
    if step and within(name, *(f"isthmus.{x}" for x in ("pipeline", "gateway", "server", "cli", "console", "apps"))):
        return "a step knows nothing of what stands above it (rule 1)"
    if (
        top in KERNEL
        and within(name, "isthmus")
        and name != "isthmus"
        and not within(name, *(f"isthmus.{x}" for x in KERNEL))
    ):
        return "the kernel imports nothing of ours above it (rule 1)"
    if step != "call" and within(name, *HTTP_CLIENTS):
        return "only steps/call holds an HTTP client (rule 2)"
    if within(name, *SDKS) and top != "apps":
        return "only apps use a client SDK, pointed at the gateway (rule 2)"
    if within(name, "isthmus.steps.call") and step != "call" and top not in ("pipeline", "gateway"):
        return "only pipeline and gateway import steps/call (rules 2 and 5)"
    if is_pure(module) and within(name, *IMPURE_MODULES):
        return "a pure part holds no socket, loop, clock, randomness or environment (rule 3)"
    if within(name, "yaml") and module != "isthmus.catalog":
        return "one reader for all our YAML: isthmus.catalog (rule 4)"
    if top in ("server", "cli", "console", "apps") and within(name, "isthmus.dialects") and "._" in name:
        return "a dialect's internals stay its own (rule 5)"
    return ""


def problems(source: str, module: str, *, package: bool = False) -> list[str]:
    """What the import and purity rules have against one file, one line each."""
    tree = ast.parse(source)
    found: dict[tuple[int, str], str] = {}
    for name, line in imports(tree, module, package=package):
        if reason := forbidden(module, name):
            found.setdefault((line, reason), f"{module}:{line}: imports {name}: {reason}")
    if is_pure(module):
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                found[node.lineno, "async"] = f"{module}:{node.lineno}: is async: a pure part has no loop (rule 3)"
            name = dotted(node)
            if any(name == bad or name.endswith(f".{bad}") for bad in IMPURE_NAMES):
                line = getattr(node, "lineno", 0)
                found[line, name] = f"{module}:{line}: uses {name}: it comes in as an argument (rule 3)"
    return list(found.values())


BAD = [
    ("isthmus.steps.scan.engine", "from isthmus.steps.decide import decide", "rule 1"),
    ("isthmus.steps.scan", "from isthmus.steps import decide", "rule 1"),
    ("isthmus.steps.scan.engine", "from ..decide import engine", "rule 1"),
    ("isthmus.steps.route.choose", "import isthmus.pipeline", "rule 1"),
    ("isthmus.errors", "from isthmus.config import Config", "rule 1"),
    ("isthmus.cli.law", "import httpx", "rule 2"),
    ("isthmus.server.app", "from pyreqwest.client import ClientBuilder", "rule 2"),
    ("isthmus.pipeline", "def late():\n    import urllib.request", "rule 2"),
    ("isthmus.gateway", "from openai import OpenAI", "rule 2"),
    ("isthmus.cli.law", "from isthmus.steps.call import open_client", "rules 2 and 5"),
    ("isthmus.apps.demo.story", "from isthmus.steps.call import open_client", "rules 2 and 5"),
    ("isthmus.steps.label.text", "import time", "rule 3"),
    ("isthmus.dialects.sse", "from asyncio import sleep", "rule 3"),
    ("isthmus.steps.decide.engine", "import datetime\nx = datetime.datetime.now()", "rule 3"),
    ("isthmus.steps.decide.engine", "from datetime import date\nx = date.today", "rule 3"),
    ("isthmus.steps.restore.stream", "import os\nx = os.environ['A']", "rule 3"),
    ("isthmus.dialects.sse", "async def feed(): ...", "rule 3"),
    ("isthmus.steps.decide.reader", "import yaml", "rule 4"),
    ("isthmus.cli.scan", "from isthmus.dialects.openai_chat import _stream", "rule 5"),
]
GOOD = [
    ("isthmus.steps.scan.engine", "from isthmus.exchange import Slot\nfrom isthmus.steps.scan.checks import luhn"),
    ("isthmus.pipeline", "from isthmus.steps import call, scan\nimport asyncio, time"),
    ("isthmus.steps.call.client", "from pyreqwest.client import ClientBuilder\nimport asyncio"),
    ("isthmus.apps.demo.story", "from openai import OpenAI"),
    ("isthmus.steps.decide.engine", "from datetime import date\nx = date.fromisoformat('2026-01-01')"),
    ("isthmus.facts", "from isthmus.exchange import Value"),
]


@pytest.mark.parametrize(("module", "source", "rule"), BAD)
def test_a_forbidden_import_is_found(module: str, source: str, rule: str):
    """Each rule catches its own breach, at the top of a file, inside a function, absolute or relative."""
    found = problems(source, module, package=module.count(".") == 2)
    assert len(found) == 1
    assert rule in found[0]


@pytest.mark.parametrize(("module", "source"), GOOD)
def test_a_lawful_import_is_let_through(module: str, source: str):
    """The rules say nothing of what the design allows."""
    assert problems(source, module) == []


def test_imports_keep_to_the_rules():
    """Rules 1, 2, 3 and 5: no file under src imports or uses what its place forbids."""
    found = [
        p for f in FILES for p in problems(f.read_text(encoding="utf-8"), module_of(f), package=f.name == "__init__.py")
    ]
    assert not found, "\n".join(found)


def test_data_folders_hold_data():
    """Rule 4: no Python under jurisdictions/ and providers/; YAML only there and as data of an app."""
    code = [str(f.relative_to(ROOT)) for top in ("jurisdictions", "providers") for f in (PACKAGE / top).rglob("*.py")]
    assert not code, f"rows only, no code: {code}"
    homes = ("jurisdictions", "providers", "apps")
    stray = [
        str(f.relative_to(ROOT))
        for f in [*PACKAGE.rglob("*.yaml"), *PACKAGE.rglob("*.yml")]
        if f.relative_to(PACKAGE).parts[0] not in homes or f.suffix == ".yml"
    ]
    assert not stray, f"YAML belongs to jurisdictions/, providers/ or an app, and ends in .yaml: {stray}"


def test_each_reversible_transform_has_its_namesake():
    """Rule 6: a transform that calls itself reversible has a file of the same name in restore/."""
    lone = []
    for file in sorted((PACKAGE / "steps" / "transform").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
        names |= {n.target.id for n in tree.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
        if "REVERSIBLE" in names and not (PACKAGE / "steps" / "restore" / file.name).exists():
            lone.append(file.name)
    assert not lone, f"reversible in transform/ without a namesake in restore/: {lone}"


def test_each_folder_says_what_lives_in_it():
    """Rule 7: every folder under src/isthmus has a README.md of at most 20 lines."""
    found = []
    for folder in sorted(p for p in PACKAGE.rglob("*") if p.is_dir() and "__pycache__" not in p.parts):
        name = str(folder.relative_to(PACKAGE))
        readme = folder / "README.md"
        if not any(folder.iterdir()) or name in NO_README:
            continue
        if not readme.exists():
            found.append(f"{name}: no README.md: say what lives here, what does not, how to add the next one")
        elif (lines := len(readme.read_text(encoding="utf-8").splitlines())) > MAX_README:
            found.append(f"{name}/README.md: {lines} lines, at most {MAX_README}")
    assert not found, "\n".join(found)


def test_files_and_functions_are_small():
    """Rule 8: median under 150 lines, no file over 400, no function of 50 lines or more."""
    found, sizes = [], []
    for file in FILES:
        name, text = str(file.relative_to(PACKAGE)), file.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > 5:
            sizes.append(lines)
        if lines > MAX_LINES and name not in LONG_FILES:
            found.append(f"{name}: {lines} lines, at most {MAX_LINES}: split by noun")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length >= MAX_FUNCTION and f"{name}:{node.name}" not in LONG_FUNCTIONS:
                    found.append(f"{name}:{node.lineno}: {node.name} has {length} lines, under {MAX_FUNCTION}")
    median = statistics.median(sizes)
    if median >= MEDIAN_LINES:
        found.append(f"the median file has {median} lines, under {MEDIAN_LINES}")
    assert not found, "\n".join(found)


def test_the_pipeline_is_one_page():
    """The only file that knows the order of the steps stays under 150 lines."""
    file = PACKAGE / "pipeline.py"
    if file.exists():
        assert len(file.read_text(encoding="utf-8").splitlines()) < 150


def test_exceptions_are_alive():
    """An exception to a size rule names a file or function that still exists and still needs it."""
    dead = [name for name in (*LONG_FILES, *NO_README) if not (PACKAGE / name).exists()]
    dead += [name for name in LONG_FUNCTIONS if f"def {name.split(':')[1]}(" not in _text(name.split(":")[0])]
    assert not dead, f"remove the exceptions nobody needs: {dead}"


def _text(name: str) -> str:
    file = PACKAGE / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_names_are_terms_of_the_field():
    """No module is called utils, common or the like; none hides a module of the standard library."""
    found = []
    for file in FILES:
        name = file.stem if file.stem != "__init__" else file.parent.name
        if name in VAGUE:
            found.append(f"{file.relative_to(ROOT)}: `{name}` says nothing: name the thing")
        if name in sys.stdlib_module_names and name not in OWN_WORDS:
            found.append(f"{file.relative_to(ROOT)}: `{name}` is a module of the standard library")
    assert not found, "\n".join(found)


UNFINISHED = re.compile(
    "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", "mark[.]xf" + "ail"])
)
NOQA = re.compile(r"#\s*noqa\b(?P<rest>.*)|#\s*type:\s*ignore(?P<typed>.*)")
REASONED = re.compile(r"^(: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*|\[[a-z-]+(, ?[a-z-]+)*\])\s*[#:,;–—-]*\s*\(?\w+.*")


def test_nothing_is_left_unfinished():
    """No note of work to be done, and no test expected to fail, stands in the tree."""
    found = [
        f"{f.relative_to(ROOT)}:{n}: {line.strip()[:100]}"
        for f in PROGRAMS
        for n, line in enumerate(f.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found, "\n".join(found)


def test_each_silenced_rule_gives_its_reason():
    """A `noqa` or a `type: ignore` names its rule and says why on the same line."""
    found = []
    for f in PROGRAMS:
        if f.name == Path(__file__).name:
            continue
        for n, line in enumerate(f.read_text(encoding="utf-8").splitlines(), 1):
            if match := NOQA.search(line):
                rest = match["rest"] if match["rest"] is not None else match["typed"]
                if not REASONED.match(rest):
                    found.append(f"{f.relative_to(ROOT)}:{n}: {line.strip()[:110]}")
    assert not found, "say which rule and why:\n" + "\n".join(found)


def test_no_code_of_ours_is_mocked():
    """Tests use real parts or values passed in, never a mock of our own code."""
    words = re.compile("unittest[.]" + "mock|Magic" + "Mock|monkeypatch[.]set" + "attr")
    found = [
        f"{f.relative_to(ROOT)}:{n}"
        for f in sorted((ROOT / "tests").rglob("*.py"))
        for n, line in enumerate(f.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert not found, f"pass the part in instead: {found}"
