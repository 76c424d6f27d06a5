"""`/openapi.json`: every route with its request, answer, events and errors, in the form of OpenAPI 3.1.

The shapes of the vendors' wire forms are those of their SDKs (`wire_schemas/`); what isthmus adds to them, its errors
and its routes are written here. Bodies are open: a member that no schema names passes through and is scanned.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from isthmus import __version__
from isthmus.decision import Decision

Node = dict[str, Any]
COMPONENT = "#/components/schemas/"
VENDORS = ("openai", "anthropic", "gemini")
STATUSES = {
    "400": "what was sent cannot be read, or the deployment cannot be asked it",
    "401": "no key, or one that is not known",
    "403": "the key does not allow this",
    "404": "no such model or object",
    "405": "not with this method",
    "408": "the body did not arrive in time",
    "413": "the body is too large",
    "415": "the deployment does not take this",
    "422": "the deployment does not take this",
    "429": "too many calls",
    "451": "the law, or a term of a contract, does not let the call go; with reasons and remedies",
    "500": "an internal error",
    "501": "not offered, with what is",
    "502": "the deployment did not answer as it should",
    "503": "too busy, or no evidence can be written",
    "504": "the deployment took too long",
}
TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
WISH = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"}
PARAMETER = re.compile(r"\{(\w+)\}")


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One route: the schemas of its request, its answer and its stream's events, and whose form its errors have.

    Where the headers say in whose form it answers, the names of all of them, apart by a space.
    """

    id: str
    path: str
    errors: str
    answer: str
    request: str = ""
    events: str = ""
    method: str = "post"
    query: dict[str, Node] = {}


GEMINI_PATHS = ("/v1beta/models/{model}", "/v1/models/{model}")
_GEMINI = tuple(
    Operation(
        id=f"{method}{'' if path is GEMINI_PATHS[0] else 'V1'}",
        path=f"{path}:{method}",
        errors="gemini",
        request=request,
        answer=answer,
        events=events,
        query={"alt": {"const": "sse"}} if events else {},
    )
    for path in GEMINI_PATHS
    for method, request, answer, events in (
        ("generateContent", "GenerateRequest", "gemini.GenerateAnswer", ""),
        ("streamGenerateContent", "GenerateRequest", "", "gemini.GenerateAnswer"),
        ("countTokens", "CountRequest", "gemini.CountAnswer", ""),
        ("embedContent", "EmbedRequest", "EmbedAnswer", ""),
        ("batchEmbedContents", "EmbedManyRequest", "EmbedManyAnswer", ""),
    )
)
_RESPONSE = "/v1/responses/{response_id}"
_PAGE: dict[str, Node] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "after": TEXT,
    "order": {"enum": ["asc", "desc"]},
}
_WHY: dict[str, Node] = {"why": FLAG}
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        id="createChatCompletion",
        path="/v1/chat/completions",
        errors="openai",
        request="openai.ChatRequest",
        answer="openai.ChatAnswer",
        events="openai.ChatEvent",
    ),
    Operation(
        id="createCompletion",
        path="/v1/completions",
        errors="openai",
        request="openai.CompletionRequest",
        answer="openai.CompletionAnswer",
        events="openai.CompletionAnswer",
    ),
    Operation(
        id="createResponse",
        path="/v1/responses",
        errors="openai",
        request="openai.ResponsesRequest",
        answer="openai.ResponsesAnswer",
        events="openai.ResponsesEvent",
    ),
    Operation(
        id="countResponseTokens",
        path="/v1/responses/input_tokens",
        errors="openai",
        request="openai.ResponsesCountRequest",
        answer="openai.ResponsesCount",
    ),
    Operation(id="getResponse", path=_RESPONSE, method="get", errors="openai", answer="openai.ResponsesAnswer"),
    Operation(id="deleteResponse", path=_RESPONSE, method="delete", errors="openai", answer="Deleted"),
    Operation(id="cancelResponse", path=f"{_RESPONSE}/cancel", errors="openai", answer="openai.ResponsesAnswer"),
    Operation(
        id="listResponseItems",
        path=f"{_RESPONSE}/input_items",
        method="get",
        errors="openai",
        answer="openai.ResponsesItems",
        query=_PAGE,
    ),
    Operation(
        id="createEmbedding",
        path="/v1/embeddings",
        errors="openai",
        request="openai.EmbeddingsRequest",
        answer="openai.EmbeddingsAnswer",
    ),
    *(
        Operation(id=f"rerank{path[1:3]}", path=path, errors="openai", request="RerankRequest", answer="RerankAnswer")
        for path in ("/v1/rerank", "/v2/rerank")
    ),
    Operation(
        id="listModels",
        path="/v1/models",
        method="get",
        errors="openai anthropic gemini",
        answer="Models AnthropicModels GeminiModels",
        query=_WHY,
    ),
    Operation(
        id="getModel",
        path="/v1/models/{model}",
        method="get",
        errors="openai anthropic gemini",
        answer="openai.OneModel anthropic.OneModel GeminiModel",
    ),
    Operation(
        id="createMessage",
        path="/v1/messages",
        errors="anthropic",
        request="anthropic.MessagesRequest",
        answer="anthropic.MessagesAnswer",
        events="anthropic.MessagesEvent",
    ),
    Operation(
        id="countMessageTokens",
        path="/v1/messages/count_tokens",
        errors="anthropic",
        request="anthropic.MessagesCountRequest",
        answer="anthropic.MessagesCount",
    ),
    Operation(
        id="listGeminiModels",
        path="/v1beta/models",
        method="get",
        errors="gemini",
        answer="GeminiModels",
        query=_WHY,
    ),
    Operation(id="getGeminiModel", path=GEMINI_PATHS[0], method="get", errors="gemini", answer="GeminiModel"),
    *_GEMINI,
)
# what can be asked next, by what an answer says
_KEPT = {"response_id": "$response.body#/id"}
LINKS: dict[str, dict[str, dict[str, str]]] = {
    "createResponse": dict.fromkeys(("getResponse", "listResponseItems", "cancelResponse", "deleteResponse"), _KEPT),
}


def _ref(name: str) -> Node:
    return {"$ref": f"{COMPONENT}{name}"}


def _either(names: list[str]) -> Node:
    """The form of one, or of the one that the headers say."""
    return _ref(names[0]) if len(names) == 1 else {"anyOf": [_ref(name) for name in names]}


def _object(required: str = "", **members: Any) -> Node:
    return {"type": "object", "properties": members, "required": required.split()}


def _list(of: Node) -> Node:
    return {"type": "array", "items": of}


OWN: dict[str, Node] = {
    "Wishes": {
        "description": "what a call asks of isthmus itself; the headers `x-isthmus-*` say the same",
        **_object(purpose=WISH, audience=WISH, basis=WISH, origin=WISH, conversation=WISH, strict=FLAG, decision=FLAG),
    },
    "Told": _object(
        "call decision",
        call=TEXT,
        ledger_id=TEXT,
        deployment=TEXT,
        model=TEXT,
        decision=_ref("Decision"),
        cost={"type": ["string", "null"]},
        edits={"type": "object", "additionalProperties": NUMBER},
        counts=_list({"type": "object"}),
        reply_scan=TEXT,
        not_carried=_list(TEXT),
        label=TEXT,
        duties=_list(TEXT),
    ),
    "Closed": _object("closed", closed={"type": "object", "additionalProperties": _list({"type": "object"})}),
    "ErrorPart": _object(
        code=TEXT,
        call=TEXT,
        ledger_id=TEXT,
        remedy=TEXT,
        decisions=_list({"type": "object"}),
        lawful=_list(TEXT),
        upstream={"type": "object"},
    ),
    "Error.openai": _object(
        "error isthmus",
        error=_object(
            "message type param code", message=TEXT, type=TEXT, param={"type": ["string", "null"]}, code=TEXT
        ),
        isthmus=_ref("ErrorPart"),
    ),
    "Error.anthropic": _object(
        "type error isthmus",
        type={"const": "error"},
        error=_object("type message", type=TEXT, message=TEXT),
        request_id=TEXT,
        isthmus=_ref("ErrorPart"),
    ),
    "Error.gemini": _object(
        "error isthmus",
        error=_object("code message status", code=NUMBER, message=TEXT, status=TEXT),
        isthmus=_ref("ErrorPart"),
    ),
    "RerankRequest": _object(
        "model query documents",
        model=TEXT,
        query=TEXT,
        documents={**_list({"type": ["string", "object"]}), "minItems": 1},
        top_n=NUMBER,
        max_tokens_per_doc=NUMBER,
    ),
    "RerankAnswer": _object(
        "results", results=_list(_object("index relevance_score", index=NUMBER, relevance_score={"type": "number"}))
    ),
    "Models": _object("object data", object={"const": "list"}, data=_list(_ref("openai.OneModel"))),
    "AnthropicModels": _object("data has_more", data=_list(_ref("anthropic.OneModel")), has_more=FLAG),
    "Deleted": _object("id object deleted", id=TEXT, object={"const": "response"}, deleted={"const": True}),
    "GeminiModel": _object("name", name=TEXT, displayName=TEXT, version=TEXT, supportedGenerationMethods=_list(TEXT)),
    "GeminiModels": _object("models", models=_list(_ref("GeminiModel"))),
    "GenerateRequest": _object(
        "contents",
        contents={**_list(_ref("gemini.Content")), "minItems": 1},
        systemInstruction=_ref("gemini.Content"),
        generationConfig=_ref("gemini.GenerationConfig"),
        tools=_list(_ref("gemini.Tool")),
        toolConfig=_ref("gemini.ToolConfig"),
        safetySettings=_list(_ref("gemini.SafetySetting")),
        labels={"type": "object", "additionalProperties": TEXT},
    ),
    "CountRequest": _object(contents=_list(_ref("gemini.Content")), generateContentRequest=_ref("GenerateRequest")),
    "EmbedRequest": _object(
        "content", content=_ref("gemini.Content"), taskType=TEXT, title=TEXT, outputDimensionality=NUMBER, model=TEXT
    ),
    "EmbedManyRequest": _object("requests", requests={**_list(_ref("EmbedRequest")), "minItems": 1}),
    "EmbedAnswer": _object("embedding", embedding=_ref("gemini.ContentEmbedding")),
    "EmbedManyAnswer": _object("embeddings", embeddings=_list(_ref("gemini.ContentEmbedding"))),
}


def _components() -> dict[str, Node]:
    (_, *_), shared = msgspec.json.schema_components([Decision], ref_template=f"{COMPONENT}{{name}}")
    found = {**shared, **OWN}
    for vendor in VENDORS:
        text = resources.files("isthmus").joinpath(f"wire_schemas/{vendor}.json").read_bytes()
        found |= {f"{vendor}.{name}": node for name, node in msgspec.json.decode(text).items()}
    return found


def _operation(row: Operation) -> Node:
    names = PARAMETER.findall(row.path)
    inside = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in row.query.items()]
    made: Node = {"operationId": row.id, "parameters": [*inside, *asked], "responses": _responses(row)}
    if row.request:
        wishes = {"type": "object", "properties": {"isthmus": _ref("Wishes"), "stream": FLAG}}
        content = {"application/json": {"schema": {"allOf": [_ref(row.request), wishes]}}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _responses(row: Operation) -> Node:
    content: Node = {}
    if row.answer:
        own = "Closed" if row.query is _WHY else "Told"
        told = {"type": "object", "properties": {"isthmus": _ref(own)}}
        content["application/json"] = {"schema": {"allOf": [_either(row.answer.split()), told]}}
    if row.events:
        data = {"type": "string", "contentMediaType": "application/json", "contentSchema": _ref(row.events)}
        content["text/event-stream"] = {"schema": _object("data", data=data, event=TEXT)}
    wrong = {"application/json": {"schema": _either([f"Error.{form}" for form in row.errors.split()])}}
    errors = {status: {"description": said, "content": wrong} for status, said in STATUSES.items()}
    answer: Node = {"description": "the answer", "content": content}
    if links := LINKS.get(row.id):
        answer["links"] = {name: {"operationId": name, "parameters": asked} for name, asked in links.items()}
    return {"200": answer, **errors}


@cache
def document() -> bytes:
    """The document, as JSON."""
    paths: Node = {}
    for row in OPERATIONS:
        paths.setdefault(row.path, {})[row.method] = _operation(row)
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "xApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "xGoogApiKey": {"type": "apiKey", "in": "header", "name": "x-goog-api-key"},
        "key": {"type": "apiKey", "in": "query", "name": "key"},
    }
    made = {
        "openapi": "3.1.0",
        "info": {"title": "isthmus", "version": __version__},
        "servers": [{"url": "/"}],
        "security": [{name: []} for name in schemes],
        "paths": paths,
        "components": {"securitySchemes": schemes, "schemas": _components()},
    }
    return msgspec.json.encode(made)
