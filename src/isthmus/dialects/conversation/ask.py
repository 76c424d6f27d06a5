"""What a client asks of a model, in no dialect.

Every block knows where in the client's body it stood (`at`, a JSON pointer), so that what cannot be carried is refused
at its place. Texts are the client's own strings, never copies.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

from isthmus.dialects.conversation.opaque import Opaque

Medium = Literal["image", "file", "audio", "video"]
Role = Literal["system", "user", "assistant"]
Node = dict[str, Any]


class Block(msgspec.Struct, kw_only=True):
    """A part of a turn; `hints` are members that a dialect adds and others do not know (`cache_control` ...)."""

    at: str = ""
    hints: tuple[tuple[str, Any], ...] = ()


class Text(Block, kw_only=True):
    """Text; `citations` are those of an answer (see `said`)."""

    text: str
    citations: tuple[Any, ...] = ()


class Refusal(Block, kw_only=True):
    """What a model said instead of an answer."""

    text: str


class Thought(Block, kw_only=True):
    """Reasoning; `opaque` is the issuer's signature or ciphertext of it. Without text it belongs to what follows it."""

    text: str = ""
    opaque: Opaque | None = None


class Media(Block, kw_only=True):
    """A medium by one of its data (base64), its address, its id with a vendor, or (a document) its plain text."""

    medium: Medium
    media_type: str = ""
    data: str = ""
    url: str = ""
    file_id: str = ""
    text: str = ""
    name: str = ""
    detail: str = ""


class ToolCall(Block, kw_only=True):
    """A call of a tool; `arguments` is JSON text or the decoded object, as the dialect has it. `custom`: free text."""

    id: str
    name: str
    arguments: Any
    custom: bool = False


class ToolResult(Block, kw_only=True):
    """What a tool gave back; `structured` is set where it is an object and no text."""

    id: str
    blocks: list[Block]
    name: str = ""
    failed: bool = False
    structured: Any = None


class Foreign(Block, kw_only=True):
    """A block that only its own dialect knows; `kind` is its type."""

    kind: str


class Turn(msgspec.Struct, kw_only=True):
    """What one side says in one go; results of tools are part of the user's turn."""

    role: Role
    blocks: list[Block]
    name: str = ""
    at: str = ""


class Tool(msgspec.Struct, kw_only=True):
    """A tool on offer; `kind` is `function`, `custom` (free text), or the name of a tool that the vendor runs."""

    name: str
    description: str = ""
    schema: Any = None
    strict: bool | None = None
    kind: str = "function"
    custom: Any = None
    hints: tuple[tuple[str, Any], ...] = ()
    at: str = ""


class Choice(msgspec.Struct, kw_only=True):
    """Which tools may be called: `auto`, `none`, `any`, `one` (`names` has it) or `some` (any of `names`)."""

    kind: Literal["auto", "none", "any", "one", "some"]
    names: tuple[str, ...] = ()
    must: bool = False
    at: str = ""


class Form(msgspec.Struct, kw_only=True):
    """The form of the answer's text: `json` (any JSON) or `schema`."""

    kind: Literal["json", "schema"]
    schema: Any = None
    name: str = ""
    description: str = ""
    strict: bool | None = None
    at: str = ""


class Ask(msgspec.Struct, kw_only=True):
    """A request. `settings` are single values by the feature's name (see `features`), `places` where each stood.

    `reasons`: the model that is asked is known to think, so that its thoughts can be asked for.
    """

    model: str
    stream: bool = False
    reasons: bool = False
    system: list[Block] = []
    turns: list[Turn] = []
    tools: list[Tool] = []
    choice: Choice | None = None
    form: Form | None = None
    settings: dict[str, Any] = {}
    places: dict[str, str] = {}
    lost: list[str] = []

    def set(self, feature: str, value: Any, at: str) -> None:
        """A single value of the request; None is as good as nothing."""
        if value is not None:
            self.settings[feature] = value
            self.places[feature] = at


def arguments_text(call: ToolCall) -> str:
    """The arguments as JSON text."""
    given = call.arguments
    if isinstance(given, str):
        return given
    return json.dumps({} if given is None else given, ensure_ascii=False, separators=(",", ":"))


def arguments_object(call: ToolCall) -> Node | None:
    """The arguments as an object; None where they are none."""
    given = call.arguments
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.strip() else {}
        except (ValueError, RecursionError):
            return None
    return given if isinstance(given, dict) else {} if given is None else None


def is_closed(schema: Any) -> bool:
    """Whether a JSON schema leaves nothing open, as the strict forms of the vendors want it."""
    if isinstance(schema, list):
        return all(is_closed(each) for each in schema)
    if not isinstance(schema, dict):
        return True
    if "object" in _listed(schema.get("type")) or "properties" in schema:
        names = set(schema.get("properties") or {})
        if schema.get("additionalProperties") is not False or names - set(schema.get("required") or ()):
            return False
    return all(is_closed(below) for name, below in schema.items() if name not in ("enum", "const", "default"))


def _listed(kind: Any) -> list[Any]:
    return kind if isinstance(kind, list) else [kind]


def plain_text(blocks: list[Block]) -> str | None:
    """The joined text where all blocks are text without citations or hints, else None."""
    texts = [block.text for block in blocks if type(block) is Text]
    return "".join(texts) if len(texts) == len(blocks) else None
