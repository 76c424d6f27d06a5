"""What a configuration says of the enterprise's own patterns and exact lists, ready for the scanner."""

from __future__ import annotations

import msgspec

from isthmus.catalog import Document
from isthmus.config import Loaded, raise_problems
from isthmus.errors import CatalogError, ConfigError
from isthmus.steps.scan import ExactList, OwnPattern, pattern_problem, read_exact


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns that the engine takes, and lists that their secrets open."""

    patterns: tuple[OwnPattern, ...]
    lists: tuple[ExactList, ...]


def read_own(loaded: Loaded, *, secrets: bool = True) -> Own:
    """The enterprise's own; raises `ConfigError` with every problem, each with its line.

    Without `secrets` no list is opened.
    """
    rows, document = loaded.config.patterns, loaded.document
    patterns = tuple(OwnPattern(**msgspec.structs.asdict(row)) for row in rows)
    problems = _refused(document, patterns)
    lists: list[ExactList] = []
    for index, row in enumerate(loaded.config.exact_lists if secrets else ()):
        path = ("exact_lists", index)
        try:
            secret = loaded.secret(row.secret)
            lists.append(read_exact(loaded.path(row.file).read_bytes(), secret, row.file))
        except OSError as error:
            problems.append(document.error((*path, "file"), f"cannot be read: {error.strerror}", "correct the path"))
        except ConfigError as error:
            problems.append(document.error((*path, "secret"), error.message, error.remedy))
        except CatalogError as error:
            problems.append(document.error(path, error.message, error.remedy))
    raise_problems(tuple(problems), loaded.file)
    return Own(patterns=patterns, lists=tuple(lists))


def _refused(document: Document, patterns: tuple[OwnPattern, ...]) -> list[CatalogError]:
    """What the engine cannot take, with its reason; the pattern is the operator's and may be named."""
    remedy = "use bounded repetition, no look-around, no back-reference, nothing that matches an empty text"
    return [
        document.error(("patterns", index, "match"), f"the engine cannot take it: {_first(reason)}", remedy)
        for index, pattern in enumerate(patterns)
        if (reason := pattern_problem(pattern))
    ]


def _first(reason: str) -> str:
    """The engine's words as the beginning of a message: one line, lower case, without a final stop."""
    line = " ".join(reason.split()).rstrip(".")
    return line[:1].lower() + line[1:]
