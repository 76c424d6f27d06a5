"""What a model says, in no dialect: as a whole, and piece by piece.

Whole answers are made of the blocks of `ask`. A stream is a row of events: a block opens, grows, closes; several may be
open at once (parallel calls that take turns). `number` is the block's place in its choice.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from isthmus.dialects.conversation.ask import Block
from isthmus.dialects.conversation.opaque import Opaque
from isthmus.exchange import Usage

Finish = Literal["stop", "length", "tools", "filter", "refusal", "pause", "context"]
Kind = Literal["text", "thought", "hidden", "refusal", "tool", "custom", "foreign"]


class Citation(msgspec.Struct, kw_only=True):
    """A source that a text names; offsets are code points of the block's text, -1 where they are not known."""

    url: str = ""
    title: str = ""
    cited: str = ""
    start: int = -1
    end: int = -1
    own: Any = None
    source: str = ""


class Spoken(msgspec.Struct, kw_only=True):
    """One choice of an answer; `matched` is the stop sequence that ended it."""

    blocks: list[Block]
    finish: Finish = "stop"
    matched: str | None = None


class Said(msgspec.Struct, kw_only=True):
    """A whole answer; `lost` names what its dialect said and no other can."""

    id: str
    model: str
    choices: list[Spoken]
    usage: Usage = Usage()
    lost: list[str] = []


class Start(msgspec.Struct):
    """The first event."""

    id: str
    model: str


class Open(msgspec.Struct):
    """A block begins; a foreign one is only a place, its reader has named it as lost.

    `id` and `name` are those of a tool call, `opaque` is the state of a hidden thought.
    """

    number: int
    kind: Kind
    id: str = ""
    name: str = ""
    opaque: Opaque | None = None
    choice: int = 0


class Grow(msgspec.Struct):
    """Text of an open block: its text, reasoning, refusal, or the JSON text of its arguments."""

    number: int
    text: str
    choice: int = 0


class Sign(msgspec.Struct):
    """The signature of an open block."""

    number: int
    opaque: Opaque
    choice: int = 0


class Cite(msgspec.Struct):
    """A citation of an open text."""

    number: int
    citation: Citation
    choice: int = 0


class Close(msgspec.Struct):
    """A block is complete."""

    number: int
    choice: int = 0


class Ended(msgspec.Struct):
    """A choice is complete."""

    finish: Finish
    matched: str | None = None
    choice: int = 0


class Used(msgspec.Struct):
    """The usage so far; a later one replaces it."""

    usage: Usage


class Over(msgspec.Struct):
    """The dialect's own end."""


Event: TypeAlias = Start | Open | Grow | Sign | Cite | Close | Ended | Used | Over
