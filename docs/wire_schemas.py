"""Writes the JSON schemas of the wire forms, as the vendors' own SDKs state their types: `src/isthmus/wire_schemas/`.

`python docs/wire_schemas.py [--check] VENDOR ...` writes or compares them, for openai and anthropic with the locked
SDKs. Google's SDK is not among these: `bench/.envs/google-python/bin/python docs/wire_schemas.py gemini`, which
`make conformance` makes. What is kept is the shape: names, types, what is required. A test holds files and SDKs equal.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

Node = dict[str, Any]
FOLDER = Path(__file__).parent.parent / "src" / "isthmus" / "wire_schemas"
REF = "#/components/schemas/{model}"
# vendor -> the name of a component -> where its type stands, and whether a client sends it
TYPES: dict[str, dict[str, tuple[str, bool]]] = {
    "openai": {
        "ChatRequest": ("openai.types.chat.completion_create_params:CompletionCreateParamsBase", True),
        "ChatAnswer": ("openai.types.chat:ChatCompletion", False),
        "ChatEvent": ("openai.types.chat:ChatCompletionChunk", False),
        "CompletionRequest": ("openai.types.completion_create_params:CompletionCreateParamsBase", True),
        "CompletionAnswer": ("openai.types:Completion", False),
        "ResponsesRequest": ("openai.types.responses.response_create_params:ResponseCreateParamsBase", True),
        "ResponsesAnswer": ("openai.types.responses:Response", False),
        "ResponsesEvent": ("openai.types.responses:ResponseStreamEvent", False),
        "ResponsesCountRequest": ("openai.types.responses.input_token_count_params:InputTokenCountParams", True),
        "ResponsesCount": ("openai.types.responses.input_token_count_response:InputTokenCountResponse", False),
        "ResponsesItems": ("openai.types.responses.response_item_list:ResponseItemList", False),
        "EmbeddingsRequest": ("openai.types:EmbeddingCreateParams", True),
        "EmbeddingsAnswer": ("openai.types:CreateEmbeddingResponse", False),
        "OneModel": ("openai.types:Model", False),
    },
    "anthropic": {
        "MessagesRequest": ("anthropic.types.message_create_params:MessageCreateParamsBase", True),
        "MessagesAnswer": ("anthropic.types:Message", False),
        "MessagesEvent": ("anthropic.types:RawMessageStreamEvent", False),
        "MessagesCountRequest": ("anthropic.types:MessageCountTokensParams", True),
        "OneModel": ("anthropic.types:ModelInfo", False),
        "MessagesCount": ("anthropic.types:MessageTokensCount", False),
    },
    "gemini": {
        "Content": ("google.genai.types:Content", True),
        "GenerationConfig": ("google.genai.types:GenerationConfig", True),
        "Tool": ("google.genai.types:Tool", True),
        "ToolConfig": ("google.genai.types:ToolConfig", True),
        "SafetySetting": ("google.genai.types:SafetySetting", True),
        "GenerateAnswer": ("google.genai.types:GenerateContentResponse", False),
        "CountAnswer": ("google.genai.types:CountTokensResponse", False),
        "ContentEmbedding": ("google.genai.types:ContentEmbedding", False),
    },
}
# what the SDK adds to an answer and no answer holds
OF_THE_SDK = frozenset(("sdkHttpResponse", "automaticFunctionCallingHistory", "parsed"))


def schemas(vendor: str) -> dict[str, Node]:
    """The components of a vendor, by name."""
    adapters = {name: (_mode(sent), TypeAdapter(_type(place))) for name, (place, sent) in TYPES[vendor].items()}
    inputs: Any = [(name, mode, adapter) for name, (mode, adapter) in adapters.items()]
    made, shared = TypeAdapter.json_schemas(inputs, by_alias=True, ref_template=REF.format(model=f"{vendor}.{{model}}"))
    found = {name: made[name, mode] for name, (mode, _) in adapters.items()}
    found |= shared.get("$defs", {})
    return {name: _shape(node) for name, node in sorted(found.items())}


def _mode(sent: bool) -> Literal["validation", "serialization"]:  # noqa: FBT001 - a column of the table
    return "validation" if sent else "serialization"


def _type(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _shape(node: Any) -> Any:
    """Without what describes: its text is the vendor's."""
    if isinstance(node, list):
        return [_shape(each) for each in node]
    if not isinstance(node, dict):
        return node
    made: Node = {}
    for name, value in node.items():
        if name == "properties":
            made[name] = {each: _shape(below) for each, below in value.items() if each not in OF_THE_SDK}
        elif name in ("enum", "anyOf", "oneOf"):  # `typing` gives a union in the order in which it first met it
            made[name] = sorted((_shape(each) for each in value), key=json.dumps)
        elif name not in ("title", "description", "examples"):
            made[name] = _shape(value)
    return made


def text(vendor: str) -> str:
    """The file of a vendor: a component a line."""
    rows = [f"{json.dumps(name)}: {json.dumps(node)}" for name, node in schemas(vendor).items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def main(arguments: list[str]) -> None:
    """Write the files of these vendors; with `--check` end with status 1 where one is not current."""
    check, stale = "--check" in arguments, False
    for wanted in (name for name in arguments if name != "--check"):
        file, made = FOLDER / f"{wanted}.json", text(wanted)
        if not check:
            file.write_text(made, encoding="utf-8")
            print(f"wrote {file.name}")
        elif file.read_text(encoding="utf-8") != made:
            print(f"{file.name} is not what the SDK states")
            stale = True
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
