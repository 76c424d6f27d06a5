"""Brings an `Ask` down to what another dialect can express: refuses what would change meaning, names what it drops."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Foreign,
    Media,
    Text,
    Thought,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
    arguments_object,
)
from isthmus.dialects.conversation.features import FEATURES, OTHER
from isthmus.dialects.pointers import escape
from isthmus.dialects.strict_json import shown
from isthmus.errors import MalformedError


class Fit:
    """One request on its way into the dialect `into`, which can express the features `can`."""

    def __init__(self, ask: Ask, into: str, can: frozenset[str]) -> None:
        self._into = into
        self._can = can
        self._ask = ask

    def run(self) -> tuple[str, ...]:
        """The names of what was left out; changes the ask in place. Raises `MalformedError`."""
        ask = self._ask
        for feature in [feature for feature in ask.settings if feature not in self._can]:
            self._lose(feature, ask.places[feature], name=ask.places[feature].strip("/").replace("/", "."))
            del ask.settings[feature]
        if ask.settings.get("temperature", 0) > 1 and "warm" not in self._can:
            raise refused("warm", ask.places["temperature"])
        ask.system = self._blocks(ask.system)
        for place, turn in enumerate(ask.turns):
            self._turn(turn, midway=place > 0)
        ask.turns = [turn for turn in ask.turns if turn.blocks]
        for tool in ask.tools:
            self._tool(tool)
        if ask.choice is not None and ask.choice.kind == "some" and "some_tools" not in self._can:
            raise refused("some_tools", ask.choice.at)
        if ask.form is not None and ask.form.kind == "json" and "json_form" not in self._can:
            raise refused("json_form", ask.form.at)
        return tuple(dict.fromkeys(ask.lost))

    def _lose(self, feature: str, at: str, *, name: str = "") -> bool:
        """Whether the feature has to go; raises where it may not."""
        if feature in self._can:
            return False
        if FEATURES[feature].policy == "refused":
            raise refused(feature, at)
        self._ask.lost.append(name or feature)
        return True

    def _turn(self, turn: Turn, *, midway: bool) -> None:
        if turn.role == "system" and midway:
            self._lose("system_midway", turn.at)
        if turn.name and self._lose("name", turn.at):
            turn.name = ""
        turn.blocks = self._blocks(turn.blocks)

    def _blocks(self, blocks: list[Block], *, result: bool = False) -> list[Block]:
        return [block for block in blocks if self._keep(block, result=result)]

    def _keep(self, block: Block, *, result: bool) -> bool:
        """Whether a block can be said, after what it loses."""
        if block.hints:
            block.hints = tuple(row for row in block.hints if not self._lose_hint(row[0]))
        kind = type(block)
        if kind is Text:
            if block.citations and self._lose("citations", block.at):  # type: ignore[attr-defined] # a Text
                block.citations = ()  # type: ignore[attr-defined] # a Text
        elif isinstance(block, Thought):
            return self._thought(block)
        elif isinstance(block, Media):
            self._media(block, result=result)
        elif isinstance(block, ToolCall):
            self._call(block)
        elif isinstance(block, ToolResult):
            if block.failed:
                block.failed = not self._lose("is_error", block.at)
            block.blocks = self._blocks(block.blocks, result=True)
        elif isinstance(block, Foreign):
            raise refused("block", block.at)
        return True

    def _lose_hint(self, name: str) -> bool:
        if name in self._can:
            return False
        self._ask.lost.append(name)
        return True

    def _thought(self, block: Thought) -> bool:
        """Reasoning goes back to the dialect that made it, and nowhere else; most of them want it signed."""
        opaque = block.opaque
        if opaque is not None and opaque.source == self._into and (opaque.data or "unsigned_reasoning" in self._can):
            return True
        self._ask.lost.append("reasoning")
        return False

    def _media(self, block: Media, *, result: bool) -> None:
        medium = block.medium
        if medium in ("audio", "video"):
            self._lose(medium, block.at)
        if block.file_id:
            raise refused("file_id", block.at)
        if block.url:
            self._lose("image_url" if medium == "image" else "file_url", block.at)
        if result and not block.text:
            self._lose("result_media", block.at)
        if block.detail and self._lose("detail", block.at):
            block.detail = ""
        if block.name and self._lose("title", block.at):
            block.name = ""

    def _call(self, block: ToolCall) -> None:
        if block.custom:
            self._lose("custom_tools", block.at)
        elif "arguments_text" not in self._can and arguments_object(block) is None:
            raise refused("arguments_text", block.at)

    def _tool(self, tool: Tool) -> None:
        if tool.kind == "custom":
            self._lose("custom_tools", tool.at)
        elif tool.kind != "function":
            raise refused("own_tools", tool.at)
        if tool.strict and self._lose("strict", tool.at):
            tool.strict = None
        tool.hints = tuple(row for row in tool.hints if not self._lose_hint(row[0]))


def refused(feature: str, at: str, remedy: str = "") -> MalformedError:
    """The error of what a deployment in another dialect cannot be asked."""
    known = FEATURES.get(feature)
    return MalformedError(
        "the chosen deployment speaks another dialect, which cannot carry this",
        where=at,
        remedy=remedy or (known.remedy if known else "") or OTHER,
    )


def read_settings(
    ask: Ask,
    body: dict[str, Any],
    table: dict[str, str],
    neutral: dict[str, tuple[Any, ...]],
    known: frozenset[str],
    *,
    below: str = "",
) -> None:
    """The single values of an object by the table of its dialect; an empty feature is read elsewhere.

    `below` is the pointer of the object.

    Raises `MalformedError` for a field on no list: nobody knows what it would change.
    """
    for name, value in body.items():
        if value is None or value in neutral.get(name, ()):
            continue
        feature = table.get(name)
        if feature is None:
            raise refused("", shown(f"{below}/{escape(name)}", known))
        if feature:
            ask.set(feature, value, f"{below}/{name}")
