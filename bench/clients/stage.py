"""The stage of conformance runs: the demo's enterprise with a deployment at home and one abroad for each wire form.

What goes abroad goes as pseudonyms; at home nothing is changed, and images may be sent. The aliases name models as the
suites expect them, so that none of their tests is skipped.
"""

from __future__ import annotations

import json
from pathlib import Path

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.apps.demo.stage import Stage

KEPT = 100_000  # requests that a simulated deployment remembers
WAYS = ("openai_chat", "openai_responses", "anthropic", "gemini")
# what a name must hold so that a suite asks for reasoning
ALIASES = ("gpt-5-sim", "claude-opus-sim", "gemini-3-sim")
PLACES: dict[str, tuple[str, str, str]] = {
    "home": ("vllm-shanghai", "weber-shanghai", "cn"),
    "far": ("mistral-frankfurt", "weber-group-de", "de"),
}
DEPLOYMENT = """
  - id: {place}-{name}
    provider: self_hosted
    endpoint: any
    dialect: {way}
    model: {place}-model
    base_url: "{base}"
    accessible_from: []
    recipient: {recipient}
    hosted_in: [{country}]
    operator_country: de
    owner_country: de
    weights_from: fr
    retention_days: 0
    trains_on_inputs: false
    retries: 1
    first_byte_seconds: 3
    capabilities: [tools, reasoning, structured_output, json_mode, embeddings]
"""


def name_of(way: str) -> str:
    """A wire form as part of a name."""
    return way.replace("_", "-")


class Conformance(Stage):
    """The stage; a context manager. `key` is the text of the key that the suites use."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        super().__init__(folder, port=port)
        self.ecosystems = Ecosystems(keep=KEPT)

    @property
    def key(self) -> str:
        return self.keys["after-sales"]

    def arrived(self, place: str) -> list[tuple[str, str]]:
        """What reached the deployments of a place, oldest first: path and body, whatever was escaped in it undone."""
        found = self.ecosystems.received(PLACES[place][0])
        return [(each.path, json.dumps(json.loads(each.body), ensure_ascii=False)) for each in found]

    def control(self, place: str) -> str:
        """The address at which a program can make the deployments of a place fail, and see how many arrived."""
        name = PLACES[place][0]
        root = self.ecosystems.base_url(name).removesuffix(f"/{name}/v1")
        return f"{root}/_control/{name}"

    def _write(self) -> None:
        super()._write()
        rows = [
            DEPLOYMENT.format(
                place=place,
                name=name_of(way),
                way=way,
                base=self.ecosystems.base_url(simulated),
                recipient=recipient,
                country=country,
            )
            for place, (simulated, recipient, country) in PLACES.items()
            for way in WAYS
        ]
        aliases = [
            f"  - {{id: {alias}-{name_of(way)}, deployments: [home-{name_of(way)}]}}\n"
            for alias in ALIASES
            for way in WAYS
        ]
        text = self.config.read_text(encoding="utf-8")
        text = text.replace("\naliases:\n", f"{''.join(rows)}\naliases:\n{''.join(aliases)}", 1)
        text = text.replace("policy: {", "policy: {keep_responses_days: 1, ", 1)
        self.config.write_text(text, encoding="utf-8")
