"""A live probe of deployments: do they take the credential, answer, stream, call a tool, and what limits do they state.

Three questions of fixed words go to each, with nobody's data in them; they are no calls, so no ledger holds them. A
suspended deployment is not asked.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from isthmus.dialects.known import UPSTREAMS
from isthmus.dialects.pairs import OWN_PAIRS, PAIRS, translate_request
from isthmus.dialects.reading import Reading, read_stream, read_whole
from isthmus.dialects.rejections import fault_of
from isthmus.errors import IsthmusError, MalformedError, RejectedError
from isthmus.registry.declared import Declared
from isthmus.registry.deployments import Deployed

Feature = Literal["answer", "stream", "tools"]
FEATURES: tuple[Feature, ...] = ("answer", "stream", "tools")
CHAT = "openai_chat"
MOST = 64
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "Say: ok."}], "max_tokens": MOST}
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "clock",
        "description": "Tells the time.",
        "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]},
    },
}
WITH_TOOL = {**ASKED, "messages": [{"role": "user", "content": "Ask the clock for the time in UTC."}], "tools": [TOOL]}
# headers by which vendors state limits
LIMITS = ("x-ratelimit-limit", "anthropic-ratelimit", "ratelimit-limit", "x-ratelimit-remaining")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one question: `ok`, or why not (`kind` of an error with the deployment's own `code`)."""

    ok: bool
    why: str = ""
    code: str = ""
    ms: int = 0


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a deployment now; `features` that its form cannot ask for are absent."""

    deployment: str
    asked_in: str
    features: dict[Feature, Found]
    limits: dict[str, str]
    counts_usage: bool = False

    @property
    def ok(self) -> bool:
        """It took the credential and answered."""
        return self.features["answer"].ok


class Outward(Protocol):
    """Posts bytes once to a target."""

    async def send(self, target: Any, data: bytes, *, stream: bool) -> Any: ...


async def probe(
    client: Outward, declared: Declared, targets: Mapping[tuple[str, str, bool], Any], names: tuple[str, ...] = ()
) -> list[Probed]:
    """Every deployment that makes answers (or those named), one after the other."""
    rows = [row for row in declared.deployments.values() if not row.row.suspended and (not names or row.id in names)]
    return [await _probe(client, row, targets) for row in rows if any(name in UPSTREAMS for name in row.speaks)]


async def _probe(client: Outward, row: Deployed, targets: Mapping[tuple[str, str, bool], Any]) -> Probed:
    form = CHAT if CHAT in row.speaks else next(name for name in row.speaks if name in UPSTREAMS)
    features: dict[Feature, Found] = {}
    limits: dict[str, str] = {}
    counted = False
    for feature in FEATURES:
        try:
            data = _request(row, form, feature)
        except MalformedError:
            continue
        started = time.monotonic()
        try:
            reply = await client.send(targets[row.id, form, feature == "stream"], data, stream=feature == "stream")
            limits |= {name: value for name, value in reply.headers.items() if name.startswith(LIMITS)}
            read = (read_stream if feature == "stream" else read_whole)(UPSTREAMS[form], await reply.read())
            found = _found(feature, read)
            counted = counted or bool(read.usage)
        except IsthmusError as error:
            found = _failed(error)
        features[feature] = msgspec.structs.replace(found, ms=round((time.monotonic() - started) * 1000))
        if feature == "answer" and not found.ok:
            break
    return Probed(deployment=row.id, asked_in=form, features=features, limits=limits, counts_usage=counted)


def _request(row: Deployed, form: str, feature: Feature) -> bytes:
    """The question in the deployment's form; raises `MalformedError` where the form cannot ask it."""
    stream = feature == "stream"
    body: dict[str, Any] = {**(WITH_TOOL if feature == "tools" else ASKED), "stream": stream}
    if form != CHAT:
        pair = (PAIRS | OWN_PAIRS)[CHAT, form]
        body, _ = translate_request(pair, body, max_tokens=MOST, stream=stream)
    return UPSTREAMS[form].write_request(body, model=row.row.model)


def _found(feature: Feature, read: Reading) -> Found:
    if read.error is not None:
        return Found(ok=False, why=read.error.get("kind", "no answer"), code=read.error.get("code", ""))
    if feature == "tools":
        return Found(ok=True) if read.tool_calls else Found(ok=False, why="no tool was called")
    said = read.text or read.reasoning
    return Found(ok=True) if said else Found(ok=False, why="the answer is empty")


def _failed(error: IsthmusError) -> Found:
    if isinstance(error, RejectedError):
        fault = fault_of(error.body, error.upstream_status)
        return Found(ok=False, why=fault.kind, code=fault.code or str(error.upstream_status))
    return Found(ok=False, why=error.code)
