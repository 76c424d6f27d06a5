"""The schemas of Gemini, which are those of OpenAPI, as JSON Schema."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.gemini.fields import snake

Node = dict[str, Any]
NAMED = frozenset({"properties", "$defs", "definitions"})
PLAIN = ("anyOf", "oneOf", "allOf", "minItems", "maxItems", "minLength", "maxLength", "additionalProperties")
SPELT: dict[str, str] = {snake(name): name for name in PLAIN}
NUMBERS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
OWN = frozenset({"nullable", "propertyOrdering", "property_ordering", "example"})


def read_schema(schema: Any) -> Any:
    """The schema as JSON Schema: types in lower case, `nullable` as a type of its own, numbers as numbers."""
    if isinstance(schema, list):
        return [read_schema(row) for row in schema]
    if not isinstance(schema, dict):
        return schema
    made: Node = {}
    for spelt, value in schema.items():
        name = SPELT.get(spelt) or str(spelt)
        if name in OWN:
            continue
        if name == "type" and isinstance(value, str):
            made[name] = value.lower()
        elif name in NAMED and isinstance(value, dict):
            made[name] = {key: read_schema(below) for key, below in value.items()}
        elif name in ("enum", "required", "const", "default"):
            made[name] = value
        elif name in NUMBERS and isinstance(value, str) and value.isdigit():
            made[name] = int(value)
        else:
            made[name] = read_schema(value) if isinstance(value, dict | list) else value
    if schema.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made
