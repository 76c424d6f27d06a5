"""The one strict reader of our YAML files: law, identifiers, classes, providers, configuration, registry files.

Every scalar is read as the text that stands there, and the schema gives the type: `no`, `on`, `5.10` and `12:30` stay
what they say. Only a plain `null` is nothing. Duplicate keys, tags, anchors, aliases, merge keys and second documents
are errors. Every problem carries `file:line`, what was expected, and a suggestion where one is near.
"""

from __future__ import annotations

import copy
import difflib
import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from isthmus.errors import CatalogError

T = TypeVar("T")
Path_ = tuple[str | int, ...]
MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40
MAX_PROBLEMS = 100
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_AT = re.compile(r" - at `(?P<path>[^`]+)`$")
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]+)`")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]+)`")


class Document(msgspec.Struct, frozen=True):
    """A YAML file as plain strings, lists and mappings, with the line of each value."""

    file: str
    tree: Any
    lines: dict[Path_, int]

    def where(self, path: Path_) -> str:
        """`file:line` of the value at `path`, or of the nearest enclosing one."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, 1)}"

    def error(self, path: Path_, message: str, remedy: str = "") -> CatalogError:
        """A problem at `path`."""
        return CatalogError(message, where=self.where(path), remedy=remedy)


def parse(text: str | bytes, file: str) -> Document:
    """The document in `text`; raises `CatalogError` on anything outside the closed form."""
    if len(text) > MAX_BYTES:
        raise CatalogError(f"file is over {MAX_BYTES} bytes", where=f"{file}:1", remedy="split it")
    lines: dict[Path_, int] = {}
    loader = None
    try:
        loader = _LOADER(text)
        builder = _Builder(loader, file, lines)
        return Document(file, builder.document(), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CatalogError(f"not YAML: {error.problem}", where=f"{file}:{line}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise CatalogError("not YAML: not text in UTF-8", where=f"{file}:1", remedy="save it as UTF-8") from None
    finally:
        if loader is not None:
            loader.dispose()


class _Builder:
    """Builds the tree from parser events, so that anchors and tags are seen before they are resolved."""

    def __init__(self, loader: Any, file: str, lines: dict[Path_, int]) -> None:
        self._loader, self._file, self._lines = loader, file, lines

    def document(self) -> Any:
        self._loader.get_event()  # stream start
        if isinstance(self._loader.peek_event(), yaml.StreamEndEvent):
            return None
        self._loader.get_event()  # document start
        tree = self._node((), self._loader.get_event())
        self._loader.get_event()  # document end
        extra = self._loader.get_event()
        if not isinstance(extra, yaml.StreamEndEvent):
            raise self._error(extra, "a second document starts here", "keep one document in a file")
        return tree

    def _error(self, event: Any, message: str, remedy: str = "") -> CatalogError:
        return CatalogError(message, where=f"{self._file}:{event.start_mark.line + 1}", remedy=remedy)

    def _node(self, path: Path_, event: Any) -> Any:
        if len(path) > MAX_DEPTH:
            raise self._error(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._error(event, "anchors and aliases are not allowed", "write the value out")
        if getattr(event, "tag", None):
            raise self._error(event, f"tag `{event.tag}` is not allowed", "remove it: the schema gives the type")
        mark: Any = event.start_mark
        self._lines[path] = mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            if "\0" in event.value:
                raise self._error(event, "a NUL character is not allowed", "remove it")
            return None if not event.style and event.value in ("null", "~", "") else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(child := self._loader.get_event(), yaml.SequenceEndEvent):
                items.append(self._node((*path, len(items)), child))
            return items
        return self._mapping(path)

    def _mapping(self, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        key: Any
        while not isinstance(key := self._loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise self._error(key, "a key must be plain text")
            mark: Any = key.start_mark
            if key.anchor or key.tag:
                raise self._error(key, "anchors and tags are not allowed on a key")
            if key.value == "<<" and not key.style:
                raise self._error(key, "merge keys are not allowed", "write the members out")
            if key.value in found:
                raise self._error(key, f"duplicate key `{key.value}`", "remove one of the two")
            value = self._node((*path, key.value), self._loader.get_event())
            self._lines[(*path, key.value)] = mark.line + 1
            found[key.value] = value
        return found


def read(file: Path, shape: type[T], *, name: str = "") -> T:
    """The content of a YAML file as `shape`; raises `CatalogError` for its first problem."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise CatalogError(f"cannot be read: {error.strerror}", where=str(file)) from None
    return convert(parse(text, name or str(file)), shape)


def convert(document: Document, shape: type[T]) -> T:
    """The document as `shape`; raises `CatalogError` for its first problem."""
    value, problems = convert_all(document, shape)
    if problems:
        raise problems[0]
    assert value is not None
    return value


def convert_all(document: Document, shape: type[T]) -> tuple[T | None, tuple[CatalogError, ...]]:
    """The document as `shape`, or every problem found in it, each once.

    After a problem its value is set aside and the rest is read on; what is only missing because of that is not said.
    """
    tree = copy.deepcopy(document.tree)
    problems: list[CatalogError] = []
    gone: set[Path_] = set()
    while len(problems) < MAX_PROBLEMS:
        try:
            value = msgspec.convert(tree, shape, strict=False)
        except msgspec.ValidationError as error:
            message, path = _split(str(error))
            missing, unknown = _MISSING.search(message), _UNKNOWN.search(message)
            if unknown:
                path = (*path, unknown["name"])
            place = _original(path, gone)
            if not ((missing and (*place, missing["name"]) in gone) or _emptied(message, place, gone)):
                problems.append(_explain(document, shape, message, place))
            if not path or not _drop(tree, path):
                break
            gone.add(place)
        else:
            return (None, tuple(problems)) if problems else (value, ())
    return None, tuple(problems)


def _emptied(message: str, place: Path_, gone: set[Path_]) -> bool:
    """Whether a list is only too short because wrong items were taken out of it."""
    return "length >=" in message and any(path[:-1] == place for path in gone)


def _split(text: str) -> tuple[str, Path_]:
    found = _AT.search(text)
    if not found:
        return text, ()
    path: list[str | int] = []
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", found["path"]):
        path.append(name or (int(index) if index.isdigit() else index))
    return text[: found.start()], tuple(path)


def _original(path: Path_, gone: set[Path_]) -> Path_:
    """The path in the file of a path in the tree from which the items in `gone` were taken."""
    place: Path_ = ()
    for step in path:
        if isinstance(step, int):
            shift = 0
            for earlier in sorted(i for *head, i in gone if tuple(head) == place and isinstance(i, int)):
                shift += earlier <= step + shift
            place = (*place, step + shift)
        else:
            place = (*place, step)
    return place


def _drop(tree: Any, path: Path_) -> bool:
    for step in path[:-1]:
        tree = _child(tree, step)
    last = path[-1]
    if isinstance(tree, dict) and last in tree:
        del tree[last]
        return True
    if isinstance(tree, list) and isinstance(last, int) and last < len(tree):
        del tree[last]
        return True
    return False


def _child(tree: Any, step: str | int) -> Any:
    if isinstance(tree, dict):
        return tree.get(step)
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return tree[step]
    return None


def _explain(document: Document, shape: type[Any], message: str, path: Path_) -> CatalogError:
    unknown = _UNKNOWN.search(message)
    if unknown:
        names = _fields(shape, path[:-1])
        near = difflib.get_close_matches(unknown["name"], names, n=1)
        remedy = f"did you mean `{near[0]}`?" if near else (f"expected one of {', '.join(names)}" if names else "")
        return document.error(path, f"unknown key `{unknown['name']}`", remedy)
    missing = _MISSING.search(message)
    if missing:
        return document.error(path, f"key `{missing['name']}` is missing", "add it")
    place = ".".join(str(step) for step in path)
    if not place and (names := _fields(shape, ())):
        found = "the file is empty" if document.tree is None else "the file is not a mapping of keys to values"
        return document.error(path, found, f"expected keys such as {', '.join(names[:6])}")
    return document.error(path, f"`{place}`: {message[0].lower()}{message[1:]}" if place else message)


def _fields(shape: Any, path: Path_) -> list[str]:
    """The member names that `shape` allows at `path`; empty where it is not a struct."""
    kind: Any = msgspec.inspect.type_info(shape)
    for step in path:
        kind = _inner(kind, step)
        if kind is None:
            return []
    kind = _struct(kind)
    return [field.encode_name for field in kind.fields] if kind is not None else []


def _struct(kind: Any) -> Any:
    options = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return next((k for k in options if isinstance(k, msgspec.inspect.StructType)), None)


def _inner(kind: Any, step: str | int) -> Any:
    info = msgspec.inspect
    for option in kind.types if isinstance(kind, info.UnionType) else (kind,):
        if isinstance(option, info.StructType):
            for field in option.fields:
                if field.encode_name == step:
                    return field.type
        elif isinstance(option, info.DictType):
            return option.value_type
        elif isinstance(option, info.VarTupleType | info.ListType | info.CollectionType):
            return option.item_type
    return None


def folder(root: Path, pattern: str) -> tuple[Path, ...]:
    """The files below `root` that match, in one order on every machine; `_*` is left out."""
    found = (file for file in root.glob(pattern) if not any(p.startswith("_") for p in file.relative_to(root).parts))
    return tuple(sorted(found))
