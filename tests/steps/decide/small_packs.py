"""Small packs of one regime and one act, and a flow that they speak of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from isthmus.facts import Facts
from isthmus.steps.decide import Rulebook, load_rulebook

REGIME = """
regime: xx.flow
jurisdiction: xx
title: {{en: Flow, zh: 流动}}
citation: ACT
per: item
when: {{fact: exporter.jurisdiction, is: xx}}
protects: {{classes: xx.personal}}
remedies:
  - id: stay
    text: {{en: stay, zh: 留下}}
    cost: 1
    changes: [{{fact: recipient.hosted_in, value: ["{{exporter}}"]}}]
  - id: sign
    fixes: [standard_contract_or_certification]
    text: {{en: sign, zh: 签}}
    cost: 4
    changes:
      - fact: instruments
        value: {{kind: standard_contract, recipient: "{{recipient}}", valid_from: "{{on}}"}}
  - id: tell
    fixes: [notice]
    text: {{en: tell, zh: 告知}}
    cost: 2
    changes: [{{fact: evidence.notice, value: "true"}}]
{extra}"""
LAW = """
instrument: ACT
jurisdiction: xx
regime: xx.flow
title: {{en: Act, zh: 法}}
language: en
source: a test
published: 2020-01-01
verified_at: 2026-01-01
review_by: 2027-01-01
confidence: high
{definitions}rules:
{rules}"""


def rule(name: str, body: str, **more: str) -> str:
    """One rule of a test pack; `body` is everything after the dates, indented by four."""
    start = more.get("start", "2020-01-01")
    return (
        f"  - id: xx.act.{name}\n    article: '1'\n    gist: {{en: e, zh: z}}\n    from: {start}\n"
        + "\n".join(f"    {line}" for line in body.strip().splitlines())
        + "\n"
    )


def pack(root: Path, *rules: str, definitions: str = "", extra: str = "") -> Rulebook:
    """A rulebook of the rules given; without any, of one that says nothing."""
    rules = rules or (rule("nothing", "then: {not_demanded: [x]}"),)
    folder = root / "xx" / "law"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flow.regime.yaml").write_text(REGIME.format(extra=extra), encoding="utf-8")
    (folder / "act.yaml").write_text(LAW.format(rules="".join(rules), definitions=definitions), encoding="utf-8")
    return load_rulebook(root, today="2026-06-01")


def facts(**more: Any) -> Facts:
    """A flow from xx to zz with one person's data."""
    tree: dict[str, Any] = {
        "on": "2026-06-01",
        "exporter": {"jurisdiction": "xx"},
        "recipient": {"hosted_in": ["zz"], "id": "r"},
        "data": [{"classes": ["xx.personal"], "persons": 1}],
    }
    return msgspec.convert({**tree, **more}, Facts)
