"""What a model said, as a Responses stream."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.ask import Thought
from isthmus.dialects.conversation.said import Cite, Close, Ended, Grow, Open, Over, Sign, Start, Used
from isthmus.dialects.conversation.streams import Writer
from isthmus.dialects.openai_responses.ask_out import write_thought
from isthmus.dialects.openai_responses.said_out import finished, item_id, skeleton, write_citation
from isthmus.dialects.openai_responses.usage import write_usage
from isthmus.exchange import Usage

Node = dict[str, Any]


class _Block:
    """A block under way: its item, its place, its part of the item (of a message), and its text so far."""

    __slots__ = ("item", "kind", "opaque", "part", "place", "text")

    def __init__(self, kind: str, place: int, item: Node, part: int, opaque: Any) -> None:
        self.kind = kind
        self.place = place
        self.item = item
        self.part = part
        self.opaque = opaque
        self.text = ""


class ResponsesWriter(Writer):
    """Writes a Responses stream; only the first choice is said, for there is no place for another."""

    def __init__(self, *, created: int) -> None:
        super().__init__()
        self._created = created
        self._response: Node = skeleton("", "", created)
        self._items: list[Node] = []
        self._blocks: dict[int, _Block] = {}
        self._message: int | None = None
        self._number = 0
        self._refused = False
        self._usage = Usage()
        self._ending = Ended("stop")

    def start(self, event: Start) -> None:
        """The answer begins."""
        self._response = skeleton(event.id, event.model, self._created) | self.repeated
        self._say("response.created", {"response": self._response})
        self._say("response.in_progress", {"response": self._response})

    def open(self, event: Open) -> None:
        """A block begins."""
        if event.choice:
            self.lost.add("choices")
        elif event.kind in ("text", "refusal"):
            self._refused = self._refused or event.kind == "refusal"
            self._open_part(event)
        elif event.kind != "foreign":
            self._close_message()
            if event.kind in ("thought", "hidden"):
                item = write_thought(Thought(opaque=event.opaque if event.kind == "hidden" else None), own=False)
            else:
                member = "input" if event.kind == "custom" else "arguments"
                kind = "custom_tool_call" if event.kind == "custom" else "function_call"
                item = {"type": kind, "call_id": event.id, "name": event.name, member: ""}
            place = self._add(item)
            self._blocks[event.number] = _Block(event.kind, place, item, 0, event.opaque)
            if event.kind == "thought":
                where = self._where(self._blocks[event.number])
                self._say("response.reasoning_summary_part.added", {**where, "part": _summary("")})

    def grow(self, event: Grow) -> None:
        """A block grows."""
        block = None if event.choice else self._blocks.get(event.number)
        if block is None:
            return
        block.text += event.text
        node = {**self._where(block), "delta": event.text}
        if block.kind == "text":
            node["logprobs"] = []
        self._say(f"response.{STEMS[block.kind]}.delta", node)

    def sign(self, event: Sign) -> None:
        """A block gets its signature."""
        block = None if event.choice else self._blocks.get(event.number)
        if block is not None:
            block.opaque = event.opaque

    def cite(self, event: Cite) -> None:
        """A text names a source."""
        block = None if event.choice else self._blocks.get(event.number)
        if block is None or block.kind != "text":
            return
        note = write_citation(event.citation, len(block.text))
        if note is None:
            self.lost.add("citations")
            return
        notes = block.item["content"][block.part]["annotations"]
        notes.append(note)
        where = {**self._where(block), "annotation_index": len(notes) - 1, "annotation": note}
        self._say("response.output_text.annotation.added", where)

    def close(self, event: Close) -> None:
        """A block is complete."""
        block = None if event.choice else self._blocks.pop(event.number, None)
        if block is None:
            return
        where, item = self._where(block), block.item
        if block.kind in ("text", "refusal"):
            part = item["content"][block.part]
            member = "text" if block.kind == "text" else "refusal"
            part[member] = block.text
            more: Node = {"logprobs": []} if block.kind == "text" else {}
            self._say(f"response.{STEMS[block.kind]}.done", {**where, member: block.text, **more})
            self._say("response.content_part.done", {**where, "part": part})
            return
        if block.kind == "thought":
            item["summary"] = [_summary(block.text)] if block.text else []
            self._say("response.reasoning_summary_text.done", {**where, "text": block.text})
            self._say("response.reasoning_summary_part.done", {**where, "part": _summary(block.text)})
            state = write_thought(Thought(text=block.text, opaque=block.opaque), own=False)
            item |= {name: state[name] for name in ("encrypted_content",) if name in state}
        elif block.kind in ("tool", "custom"):
            member = "input" if block.kind == "custom" else "arguments"
            item[member] = block.text
            named = {"name": item["name"]} if block.kind == "tool" else {}
            self._say(f"response.{STEMS[block.kind]}.done", {**where, **named, member: block.text})
        self._done(item, block.place)

    def ended(self, event: Ended) -> None:
        """A choice is complete."""
        if not event.choice:
            self._ending = event

    def used(self, event: Used) -> None:
        """The usage so far."""
        self._usage = event.usage

    def over(self, event: Over) -> None:  # noqa: ARG002 - a writer's form
        """Nothing follows."""
        self._close_message()
        response = finished(self._response, self._items, self._ending.finish, refused=self._refused)
        response["usage"] = write_usage(self._usage)
        self._say(f"response.{response['status']}", {"response": response})

    def _open_part(self, event: Open) -> None:
        if self._message is None:
            self._message = self._add({"type": "message", "role": "assistant", "content": []})
        item = self._items[self._message]
        text = event.kind == "text"
        part: Node = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        part = part if text else {"type": "refusal", "refusal": ""}
        item["content"].append(part)
        block = _Block(event.kind, self._message, item, len(item["content"]) - 1, None)
        self._blocks[event.number] = block
        self._say("response.content_part.added", {**self._where(block), "part": part})

    def _add(self, item: Node) -> int:
        place = len(self._items)
        item["id"] = item_id(item["type"], self._response["id"], place)
        item["status"] = "in_progress"
        self._items.append(item)
        self._say("response.output_item.added", {"output_index": place, "item": item})
        return place

    def _close_message(self) -> None:
        if self._message is not None:
            self._done(self._items[self._message], self._message)
            self._message = None

    def _done(self, item: Node, place: int) -> None:
        item["status"] = "completed"
        self._say("response.output_item.done", {"output_index": place, "item": item})

    def _where(self, block: _Block) -> Node:
        found: Node = {"item_id": block.item["id"], "output_index": block.place}
        if block.kind in ("text", "refusal"):
            found["content_index"] = block.part
        elif block.kind == "thought":
            found["summary_index"] = 0
        return found

    def _say(self, kind: str, node: Node) -> None:
        self._make({"type": kind, **node, "sequence_number": self._number}, kind)
        self._number += 1


STEMS = {
    "text": "output_text",
    "refusal": "refusal",
    "thought": "reasoning_summary_text",
    "tool": "function_call_arguments",
    "custom": "custom_tool_call_input",
}


def _summary(text: str) -> Node:
    return {"type": "summary_text", "text": text}
