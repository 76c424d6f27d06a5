"""Filters in a chain: each one's rest goes through all that follow it."""

from __future__ import annotations

from isthmus.dialects.filters import Chain, chain


class Upper:
    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        return text.upper() if not escape else text

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form
        return ""


class Last:
    """Holds back one code point."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        text = self.held.get(channel, "") + text
        self.held[channel] = text[-1:]
        return text[:-1]

    def flush(self, channel: str) -> str:
        return self.held.pop(channel, "")


def test_filters_are_applied_in_order_and_their_rests_too():
    both = Chain([Last(), Upper(), Last()])
    assert both.feed("c", "abc", escape=False) == "A"
    assert both.feed("c", "d", escape=False) == "B"
    assert both.flush("c") == "CD"
    assert both.flush("c") == ""


def test_a_rest_keeps_the_escaping_of_its_channel():
    both = Chain([Last(), Upper()])
    assert both.feed("t", "ab", escape=True) == "a"
    assert both.flush("t") == "b"
    assert both.whole("c", "ab", escape=False) == "AB"


def test_channels_do_not_mix():
    both = Chain([Last()])
    both.feed("a", "1", escape=False)
    both.feed("b", "2", escape=False)
    assert (both.flush("a"), both.flush("b")) == ("1", "2")


def test_an_empty_chain_changes_nothing():
    assert not Chain(())
    assert chain([]).whole("c", "x", escape=False) == "x"
    made = Chain([Upper()])
    assert chain(made) is made
