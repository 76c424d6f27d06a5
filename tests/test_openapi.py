"""`/openapi.json`: whole, with every route, and with the fields of the vendors' own SDKs."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from isthmus.openapi import COMPONENT, OPERATIONS, document
from isthmus.routes import KEPT, METHODS, ROUTES

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"^[a-zA-Z0-9._-]+$")


@pytest.fixture(scope="module")
def described() -> Any:
    return json.loads(document())


@pytest.fixture(scope="module")
def generator() -> Any:
    """The program that writes the schemas."""
    spec = importlib.util.spec_from_file_location("wire_schemas", ROOT / "docs" / "wire_schemas.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refs(node: Any) -> Iterator[str]:
    """Every reference below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def test_every_reference_leads_to_a_component(described):
    schemas = described["components"]["schemas"]
    found = set(refs(described))
    assert len(found) > 500
    assert {ref.removeprefix(COMPONENT) for ref in found} <= set(schemas)
    assert all(NAME.fullmatch(name) for name in schemas)


def test_every_route_is_described_with_request_answer_and_errors(described):
    paths = described["paths"]
    assert set(ROUTES) <= set(paths)
    for method in METHODS:
        assert f"/v1beta/models/{{model}}:{method}" in paths
    for word, asked in KEPT:
        assert word.lower() in paths["/v1/responses/{response_id}" + (f"/{asked}" if asked else "")]
    for path, operations in paths.items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert set(answers) >= {"200", "400", "401", "451", "502"}, path
            assert answers["200"]["content"], path
            assert method != "post" or "requestBody" in operation or path.endswith("/cancel")
    ids = [row.id for row in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_the_schemas_are_those_of_the_sdk(generator, vendor):
    """After an upgrade of an SDK: `python docs/wire_schemas.py openai anthropic`, and read the difference."""
    kept = json.loads((generator.FOLDER / f"{vendor}.json").read_text(encoding="utf-8"))
    made = json.loads(generator.text(vendor))
    assert {name: fields(node) for name, node in kept.items()} == {name: fields(node) for name, node in made.items()}
    assert kept == made


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_a_component_has_the_fields_of_its_type(generator, described, vendor):
    """Read from the SDK's classes by another way than their schemas."""
    schemas = described["components"]["schemas"]
    for name, (place, _) in generator.TYPES[vendor].items():
        kind = generator._type(place)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            wanted = {field.alias or key for key, field in kind.model_fields.items()}
            assert fields(schemas[f"{vendor}.{name}"], schemas) == wanted - generator.OF_THE_SDK, name
        elif hasattr(kind, "__required_keys__"):
            wanted = kind.__required_keys__ | kind.__optional_keys__
            assert fields(schemas[f"{vendor}.{name}"], schemas) == wanted, name


def fields(node: Any, schemas: Any = None) -> set[str]:
    """The names of an object's members."""
    if schemas and "$ref" in node:
        node = schemas[node["$ref"].removeprefix(COMPONENT)]
    return set(node.get("properties", ()))
