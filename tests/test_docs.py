"""The pages: links lead somewhere, both languages agree, generated parts are current, and what is shown works."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import cyclopts
import pytest

from isthmus.catalog import parse
from isthmus.catalogues import JURISDICTIONS
from isthmus.cli.main import COMMANDS
from isthmus.steps.decide import load_rulebook

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md"), *ROOT.glob("src/**/*.md"))
)
USER_PAGES = [page for page in PAGES if "src" not in page.relative_to(ROOT).parts]
PAIRS = [("README.md", "README.zh-CN.md"), ("docs/README.md", "docs/README.zh-CN.md")]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(?P<level>#+) (?P<title>.+)$", re.MULTILINE)
LANGUAGES = {"console", "python", "yaml", "json", "text"}


def name(page: Path) -> str:
    """A page as it is called in a failure."""
    return str(page.relative_to(ROOT))


def without_fences(page: Path) -> str:
    """The page's prose."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def fences(pages: list[Path], language: str) -> Iterator[tuple[str, str]]:
    """Every block of that language, with the page it stands in."""
    for page in pages:
        for found in FENCE.finditer(page.read_text(encoding="utf-8")):
            if found["language"] == language:
                yield name(page), found["text"]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = [found["title"] for found in HEADING.finditer(without_fences(page))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def generator() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for found in LINK.finditer(without_fences(page)):
        target, _, anchor = found["target"].partition("#")
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{name(page)}: {found['target']}"
        assert not anchor or anchor in anchors(file), f"{name(page)}: {found['target']}"


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_have_the_same_headings_blocks_and_links(english: str, chinese: str) -> None:
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in (english, chinese)]
    shapes = [[len(found["level"]) for found in HEADING.finditer(FENCE.sub("", text))] for text in texts]
    assert shapes[0] == shapes[1]
    blocks = [[found["text"] for found in FENCE.finditer(text) if found["language"] != "text"] for text in texts]
    assert blocks[0] == blocks[1]
    links = [{re.sub(r"\.zh-CN|README", "", found["target"]) for found in LINK.finditer(text)} for text in texts]
    assert links[0] == links[1]


def test_generated_pages_are_current() -> None:
    assert [name(page) for page in generator().stale()] == [], "run `make docs`"


def test_the_readmes_first_screen_is_one_sentence_one_command_and_one_refusal() -> None:
    for page in ("README.md", "README.zh-CN.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        command, block, second = text.index("$ make demo"), text.index("<!-- transcript:"), text.index("\n## ")
        assert command < block < second, page
        assert [found["language"] for found in FENCE.finditer(text[:block])] == ["console"], page


@pytest.mark.parametrize("page", USER_PAGES, ids=name)
def test_every_block_says_its_language(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * len(FENCE.findall(text)), "a block is not closed"
    assert {found["language"] for found in FENCE.finditer(text)} <= LANGUAGES


def command_lines() -> list[tuple[str, str]]:
    """Every command line of the pages, with its page."""
    lines = []
    for page, text in fences(USER_PAGES, "console"):
        for line in text.splitlines():
            assert line.startswith("$ "), f"{page}: {line}"
            lines.append((page, line.removeprefix("$ ").removeprefix(".venv/bin/")))
    return lines


@pytest.mark.parametrize(("page", "line"), sorted(set(command_lines())))
def test_command_lines_exist_and_parse(page: str, line: str) -> None:
    program, *words = shlex.split(line)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{re.escape(words[0])}:", makefile, re.MULTILINE), f"{page}: {line}"
        return
    assert program == "isthmus", f"{page}: {line}"
    assert words[0] in COMMANDS, f"{page}: {line}"
    module, _, attribute = COMMANDS[words[0]][0].partition(":")
    command = getattr(import_module(module), attribute)
    app = command if isinstance(command, cyclopts.App) else cyclopts.App(default_command=command)
    app.parse_args(words[1:], exit_on_error=False, print_error=False)
    if words[:2] == ["law", "show"]:
        assert words[2] in {rule.id for rule in load_rulebook(JURISDICTIONS, today="").rules}, f"{page}: {line}"


def test_commands_named_in_prose_are_in_the_table() -> None:
    for page in PAGES:
        for found in re.finditer(r"`isthmus ([a-z][a-z-]*)[ `]", without_fences(page)):
            assert found[1] in COMMANDS, f"{name(page)}: isthmus {found[1]}"


def test_every_command_of_the_table_is_imported_with_help() -> None:
    for path, text in COMMANDS.values():
        module, _, attribute = path.partition(":")
        assert getattr(import_module(module), attribute)
        assert text.endswith(".")


def test_the_command_line_starts_without_loading_a_server() -> None:
    heavy = "('granian', 'sqlalchemy', 'hyperscan')"
    script = f"import sys, isthmus.cli.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_worker_serves_without_what_only_migrations_need() -> None:
    heavy = "('sqlalchemy', 'alembic', 'psycopg')"
    script = f"import sys, isthmus.gateway; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_yaml_blocks_are_read_by_the_strict_reader() -> None:
    assert [page for page, text in fences(PAGES, "yaml") if parse(text, page).tree is None] == []


def test_python_and_json_blocks_are_whole() -> None:
    for page, text in fences(PAGES, "python"):
        compile(text, page, "exec")
    for _, text in fences(PAGES, "json"):
        json.loads(text)


def test_pages_hold_no_path_of_this_machine() -> None:
    for page in PAGES:
        assert not re.search(r"(?<![\w.])/(work|tmp|root|home)/", page.read_text(encoding="utf-8")), name(page)
