"""The suite llm-comply before the running gateway: each of its formats against each wire form behind it."""

from __future__ import annotations

import json
import subprocess

from bench.bars import Bar, bar
from bench.clients.environments import prepare
from bench.clients.stage import WAYS, Conformance, name_of

# its formats, each with a model's name at which it asks for reasoning
FORMATS: dict[str, str] = {
    "open-responses": "gpt-5-sim",
    "openai-chat": "gpt-5-sim",
    "anthropic": "claude-opus-sim",
    "google-genai": "gemini-3-sim",
}
PATIENCE_S = 120


def run(stage: Conformance) -> list[Bar]:
    """The suite, nothing ignored; prints what failed."""
    environment = prepare("llm-comply")
    passed = failed = skipped = 0
    for form, model in FORMATS.items():
        for way in WAYS:
            asked = [environment.interpreter, "-m", "llm_comply.cli", "--json", "--format", form, "-u", stage.url]
            asked += ["-k", stage.key, "-m", f"{model}-{name_of(way)}"]
            done = subprocess.run(asked, capture_output=True, timeout=PATIENCE_S, check=False)
            told = json.loads(done.stdout)
            rows = told["results"]
            for row in rows:
                if row["status"] == "failed":
                    print(f"llm-comply {form} to {way}: {row['name']}: {'; '.join(row['errors'][:3])}")
            count = {status: sum(row["status"] == status for row in rows) for status in ("passed", "failed", "skipped")}
            warned = sum(bool(row.get("warnings")) for row in rows)
            print(f"llm-comply {form} to {way}: {count} {warned} with warnings")
            passed, failed, skipped = passed + count["passed"], failed + count["failed"], skipped + count["skipped"]
    return [
        bar("llm-comply passed", passed, "at least", 160),
        bar("llm-comply failed", failed, "at most", 0),
        bar("llm-comply skipped", skipped, "at most", 0),
    ]
