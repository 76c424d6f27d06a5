"""Decisions in a line or two, for people at a terminal."""

from __future__ import annotations

from isthmus.decision import Decision, cited, deciding

VERDICT_STYLE = {"allow": "green", "review": "yellow", "deny": "red"}


def article(decision: Decision) -> str:
    """The mechanism, with the article it rests on."""
    regime, found = deciding(decision), cited(decision)
    if regime is None:
        return "no law speaks"
    return f"{regime.mechanism.replace('_', ' ')} ({found[0]})" if found else regime.mechanism.replace("_", " ")


def why(decision: Decision, lang: str = "en") -> str:
    """The gist of the article."""
    found = cited(decision)
    if found is None:
        return ""
    return found[2] if lang == "zh" else found[1]
