"""One call of the demo through the official SDK, and everything that can be known about it afterwards."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from openai import APIStatusError, OpenAI

from isthmus.apps.demo.scenes import Scene
from isthmus.apps.demo.stage import Stage


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: headers, the text the application sees, a refusal's body, and what the far sides received."""

    scene: Scene
    status: int
    headers: dict[str, str]
    text: str
    pieces: int
    refusal: dict[str, Any]
    received: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def call(self) -> str:
        """The call's id, which the ledger has."""
        return self.headers.get("x-isthmus-call", "")


def perform(stage: Stage, scene: Scene) -> Outcome:
    """Make the call of a scene."""
    for deployment, faults in scene.faults.items():
        stage.fail(deployment, *faults)
    before = {name: stage.ecosystems.count(name) for name in stage.ecosystems.deployments}
    client = OpenAI(base_url=stage.url, api_key=stage.keys[scene.key])
    messages: list[Any] = [{"role": "user", "content": scene.text}]
    started = time.monotonic()
    status, headers, text, pieces, refusal = 200, {}, "", 0, {}
    try:
        raw = client.chat.completions.with_raw_response.create(
            model=scene.model, messages=messages, stream=scene.stream, extra_headers=scene.headers, **scene.more
        )
        headers = dict(raw.headers)
        text, pieces = _streamed(raw.parse()) if scene.stream else (_whole(raw.parse()), 1)
    except APIStatusError as error:
        status, headers = error.status_code, dict(error.response.headers)
        refusal = error.response.json()
    return Outcome(
        scene=scene,
        status=status,
        headers={name.lower(): value for name, value in headers.items()},
        text=text,
        pieces=pieces,
        refusal=refusal,
        received=_received(stage, before),
        seconds=time.monotonic() - started,
    )


def _streamed(chunks: Any) -> tuple[str, int]:
    parts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    return "".join(parts), len([part for part in parts if part])


def _whole(answer: Any) -> str:
    message = answer.choices[0].message
    if message.tool_calls:
        return "\n".join(f"{call.function.name}({call.function.arguments})" for call in message.tool_calls)
    return message.content or ""


def _received(stage: Stage, before: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """The last message of each request that reached a far side, as it arrived there."""
    found = []
    for name, count in before.items():
        new = stage.ecosystems.count(name) - count
        for request in stage.ecosystems.received(name)[-new:] if new else ():
            body = msgspec.json.decode(request.body)
            found.append((name, str(body["messages"][-1]["content"])))
    return tuple(found)
