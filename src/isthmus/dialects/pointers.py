"""JSON pointers (RFC 6901): address one value of a body, walk over all its text, change some of it.

The body is the truth: nothing here changes it in place. `apply_edits` copies the containers on the way to a change and
shares the rest. All pointers of a set of edits address the body as it was before any of them, object keys included.
Pure: no socket, clock, randomness or environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from isthmus.exchange import Edit


class Text(NamedTuple):
    """One string of a body: a value, or (`key`) the name of the member that `pointer` addresses."""

    pointer: str
    text: str
    key: bool


class PointerError(LookupError):
    """A pointer that does not address what it should; the message never holds text of the body's values."""


def escape(token: str) -> str:
    """`token` as one reference token of a pointer."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def unescape(token: str) -> str:
    """The key or index that a reference token names."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def tokens(pointer: str) -> list[str]:
    """The unescaped reference tokens; raises `PointerError` where a pointer does not start with a slash."""
    if not pointer:
        return []
    if pointer[0] != "/":
        raise PointerError("a pointer is empty or starts with `/`")
    parts = pointer[1:].split("/")
    return [unescape(part) for part in parts] if "~" in pointer else parts


def join(pointer: str, *steps: str | int) -> str:
    """`pointer` continued by keys or indices, escaped."""
    return "/".join((pointer, *(str(step) if isinstance(step, int) else escape(step) for step in steps)))


def get(body: Any, pointer: str) -> Any:
    """The value at `pointer`; raises `PointerError` where there is none."""
    for token in tokens(pointer):
        body = _child(body, token)
    return body


def replace(body: Any, pointer: str, value: Any) -> Any:
    """`body` with the value at `pointer` replaced; a last token that names no member yet adds one (`-`: an item).

    Copies only the containers on the way. Raises `PointerError` where the way does not exist.
    """
    return _replace(body, tokens(pointer), 0, value)


def walk(body: Any, pointer: str = "") -> Iterator[Text]:
    """Every object key and string of `body` in document order, a key before its value; `pointer` is where it stands."""
    stack: list[tuple[str, Any]] = [(pointer, body)]
    while stack:
        here, node = stack.pop()
        if isinstance(node, str):
            yield Text(here, node, key=False)
        elif isinstance(node, list):
            stack.extend((f"{here}/{index}", node[index]) for index in range(len(node) - 1, -1, -1))
        elif isinstance(node, dict):
            members = [(f"{here}/{escape(name)}", name, value) for name, value in node.items()]
            for place, name, value in reversed(members):
                stack.append((place, value))
                stack.append((place, _Key(name)))
        elif isinstance(node, _Key):
            yield Text(here, node.name, key=True)


def text_at(body: Any, pointer: str, *, key: bool = False) -> str:
    """The string at `pointer`, or the key that names it; raises `PointerError` where there is no string."""
    if key:
        path = tokens(pointer)
        parent = get(body, pointer[: pointer.rfind("/")]) if path else None
        if not isinstance(parent, dict) or path[-1] not in parent:
            raise PointerError("the pointer of a key addresses no member of an object")
        return path[-1]
    value = get(body, pointer)
    if not isinstance(value, str):
        raise PointerError("the pointer addresses no string")
    return value


def splice(text: str, edits: Sequence[Edit]) -> str:
    """`text` with its edits made; raises `ValueError` where they overlap or leave the text."""
    out: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError("edits of one text overlap or leave it")
        out += (text[at : edit.start], edit.text)
        at = edit.end
    out.append(text[at:])
    return "".join(out)


def apply_edits(body: Any, edits: Iterable[Edit]) -> Any:
    """`body` with all edits made, sharing with the original whatever they do not touch.

    A renamed key keeps its place in the object. Raises `PointerError` where an edit addresses no text, `ValueError`
    where edits of one text overlap or two members of one object would get the same key.
    """
    root = _Branch()
    last, branch = "", root
    for edit in edits:
        if edit.pointer != last:
            last, branch = edit.pointer, root
            for token in tokens(last):
                branch = branch.children.get(token) or branch.children.setdefault(token, _Branch())
        (branch.key_edits if edit.key else branch.edits).append(edit)
    return _apply(body, root)


class _Key:
    """A key on the stack of `walk`, told from a string value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class _Branch:
    """The edits at one place and below it."""

    __slots__ = ("children", "edits", "key_edits")

    def __init__(self) -> None:
        self.children: dict[str, _Branch] = {}
        self.edits: list[Edit] = []
        self.key_edits: list[Edit] = []


def _apply(node: Any, branch: _Branch) -> Any:
    if branch.edits:
        if not isinstance(node, str) or branch.children:
            raise PointerError("an edit addresses no string")
        return splice(node, branch.edits)
    if not branch.children:
        return node
    if isinstance(node, list):
        items = list(node)
        for token, child in branch.children.items():
            if child.key_edits:
                raise PointerError("an item of a list has no key to edit")
            index = _index(node, token)
            items[index] = _apply(node[index], child)
        return items
    if not isinstance(node, dict) or any(name not in node for name in branch.children):
        raise PointerError("an edit addresses no member of the body")
    if any(below.key_edits for below in branch.children.values()):
        return _renamed(node, branch)
    members = dict(node)
    for name, below in branch.children.items():
        members[name] = _apply(node[name], below)
    return members


def _renamed(node: dict[str, Any], branch: _Branch) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in node.items():
        below = branch.children.get(name)
        new = splice(name, below.key_edits) if below and below.key_edits else name
        if new in members:
            raise ValueError("two members of one object would get the same key")
        members[new] = _apply(value, below) if below else value
    return members


def _replace(node: Any, path: list[str], at: int, value: Any) -> Any:
    if at == len(path):
        return value
    token = path[at]
    last = at == len(path) - 1
    if isinstance(node, dict):
        if last:
            return {**node, token: value}
        return {**node, token: _replace(_child(node, token), path, at + 1, value)}
    if isinstance(node, list):
        if last and token == "-":  # noqa: S105 - RFC 6901's name for the item after the last, no secret
            return [*node, value]
        index = _index(node, token)
        return [*node[:index], _replace(node[index], path, at + 1, value), *node[index + 1 :]]
    raise PointerError("the pointer leads through a value that has no members")


def _child(node: Any, token: str) -> Any:
    if isinstance(node, dict):
        if token in node:
            return node[token]
        raise PointerError("the pointer names a member that is not there")
    if isinstance(node, list):
        return node[_index(node, token)]
    raise PointerError("the pointer leads through a value that has no members")


def _index(node: list[Any], token: str) -> int:
    if not (token.isascii() and token.isdigit()) or (len(token) > 1 and token[0] == "0") or int(token) >= len(node):
        raise PointerError("the pointer names an item that is not there")
    return int(token)
