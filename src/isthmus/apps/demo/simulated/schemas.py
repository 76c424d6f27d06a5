"""Values for a JSON Schema, made of the names and identifiers that a request held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_HINTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("name", "person", "customer", "contact", "recipient", "姓名", "人", "客户"), ("Person", "Name", "人员", "姓名")),
    (("phone", "mobile", "tel", "电话", "手机"), ("Phone", "Mobile", "电话", "手机", "1")),
    (("mail", "邮"), ("Email", "邮箱", "@")),
    (("id", "证"), ("ID", "Resident", "证件", "身份")),
    (("card", "account", "卡", "账"), ("Card", "Bank", "卡")),
    (("project", "项目"), ("Project", "项目")),
)
_DEPTH = 8


def value_for(schema: Any, found: Sequence[str], *, name: str = "", text: str = "", depth: int = 0) -> Any:
    """A value that satisfies the common keywords of `schema`; strings are taken from `found` by the member's name."""
    if not isinstance(schema, dict) or depth > _DEPTH:
        return text
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for union in ("anyOf", "oneOf", "allOf"):
        if schema.get(union):
            return value_for(schema[union][0], found, name=name, text=text, depth=depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        members = schema.get("properties", {}).items()
        return {each: value_for(below, found, name=each, text=text, depth=depth + 1) for each, below in members}
    if kind == "array":
        items = schema.get("items", {})
        if isinstance(items, dict) and items.get("type") == "string" and found:
            return list(found)
        return [value_for(items, found, name=name, text=text, depth=depth + 1)]
    return _scalar(kind, schema, found, name, text)


def _scalar(kind: str, schema: dict[str, Any], found: Sequence[str], name: str, text: str) -> Any:
    if kind in ("integer", "number"):
        return schema.get("minimum", len(found))
    if kind == "boolean":
        return bool(found)
    return None if kind == "null" else _string(found, name.lower()) or text


def _string(found: Sequence[str], name: str) -> str:
    for members, signs in _HINTS:
        if any(member in name for member in members):
            for each in found:
                if each.startswith(signs) or (signs[-1] == "@" and "@" in each):
                    return each
    return ""
