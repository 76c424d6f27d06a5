"""The visible label: put once before the first prose of each answer, never into a value whose form was asked for."""

from __future__ import annotations

from isthmus.steps.label.labels import Label


def text_of(label: Label, sample: str) -> str:
    """The label's text in the language of the request: Chinese where the sample holds Han characters."""
    return label.text_zh if any("\u4e00" <= character <= "\u9fff" for character in sample) else label.text_en


class Labeller:
    """A filter that labels the content channel of each choice; `placed` counts the labels.

    Reasoning, refusals, tool arguments and formatted answers (`escape`) are not touched.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._seen: set[str] = set()
        self.placed = 0

    def feed(self, channel: str, text: str, *, escape: bool) -> str:
        """The text, with the label before the first of its channel."""
        if escape or not text or channel in self._seen or not channel.endswith(":content"):
            return text
        self._seen.add(channel)
        self.placed += 1
        return f"{self._text}{text}"

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form; a label holds nothing back
        """Nothing is held back."""
        return ""
