"""The simulated ecosystems: answers on real sockets, streams cut badly, every fault, and what was received."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.apps.demo.simulated.deployments import DEPLOYMENTS, Simulated
from isthmus.apps.demo.simulated.faults import FAULTS

ASK = "请联系人员-K7F3Q，电话-M3KP9，Anna Weber"
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "send",
        "parameters": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "phone": {"type": "string"},
                "how": {"type": "string", "enum": ["sms", "call"]},
                "times": {"type": "integer", "minimum": 2},
                "all": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}


def quick(**changes: Any) -> Simulated:
    """A deployment without waiting."""
    return Simulated(**{"id": "quick", "ecosystem": "abroad", "model": "quick-1", **changes})


def client(base_url: str) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=5)


def complete(got: bytes) -> bool:
    """Whether all of an answer is there."""
    head, blank, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return bool(blank) and (len(body) == int(length[1]) if length else body.endswith(b"\r\n0\r\n\r\n"))


async def raw(base_url: str, body: Any) -> bytes:
    """Everything a deployment sends, until it ends the connection or the answer is complete."""
    port = int(base_url.split(":")[2].partition("/")[0])
    path = "/" + base_url.split("/", 3)[3] + "/chat/completions"
    data = json.dumps(body).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data)
    got = b""
    try:
        while not complete(got) and (chunk := await asyncio.wait_for(reader.read(65536), 0.5)):
            got += chunk
    except (TimeoutError, ConnectionResetError) as error:
        got += f"[{type(error).__name__}]".encode()
    finally:
        writer.close()
    return got


async def test_every_deployment_answers_with_what_it_was_sent_whole_and_streamed():
    """Prose, the same in a stream; usage; and every answer says that it is simulated."""
    rows = [row for row in DEPLOYMENTS if not row.faults and not row.canned]
    async with Ecosystems(rows) as both:
        assert set(both.deployments) == {row.id for row in rows}
        for row in rows:
            async with client(both.base_url(row.id)) as sdk:
                asked: Any = {"model": row.model, "messages": [{"role": "user", "content": ASK}]}
                answer = await sdk.chat.completions.create(**asked)
                text = answer.choices[0].message.content or ""
                assert "人员-K7F3Q" in text
                assert answer.system_fingerprint == "simulated"
                assert "simulated" in answer.model
                assert answer.usage is not None
                pieces, usage = [], None
                stream = await sdk.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
                async for chunk in stream:
                    usage = chunk.usage or usage
                    pieces += [choice.delta.content or "" for choice in chunk.choices]
                assert "".join(pieces) == text
                assert max(map(len, pieces)) < len("人员-K7F3Q")
                assert usage is not None
                assert both.count(row.id) == 2
                assert both.received(row.id)[1].json()["messages"][0]["content"] == ASK
                assert both.received(row.id)[0].headers["authorization"] == "Bearer none"


async def test_a_deployment_calls_tools_and_fills_schemas():
    """Arguments satisfy the tool's schema and hold the identifiers; after the tool's answer comes prose."""
    async with Ecosystems([quick(), quick(id="ascii", ascii_json=True)]) as both:
        for name in both.deployments:
            async with client(both.base_url(name)) as sdk:
                messages: Any = [{"role": "user", "content": ASK}]
                answer = await sdk.chat.completions.create(model="m", messages=messages, tools=[TOOL])  # type: ignore[list-item]  # a plain dict is what a caller writes
                call: Any = (answer.choices[0].message.tool_calls or [])[0]
                assert json.loads(call.function.arguments) == {
                    "name": "人员-K7F3Q",
                    "phone": "电话-M3KP9",
                    "how": "sms",
                    "times": 2,
                    "all": ["人员-K7F3Q", "电话-M3KP9", "Anna Weber"],
                }
                assert answer.choices[0].finish_reason == "tool_calls"
                assert call.function.arguments.isascii() == (name == "ascii")
                messages += [answer.choices[0].message.model_dump(exclude_none=True)]
                messages += [{"role": "tool", "tool_call_id": call.id, "content": "sent to Person-K7F3Q"}]
                after = await sdk.chat.completions.create(model="m", messages=messages, tools=[TOOL])  # type: ignore[list-item]  # the same
                assert "Person-K7F3Q" in (after.choices[0].message.content or "")
                form: Any = {"type": "json_object"}
                made = await sdk.chat.completions.create(model="m", messages=messages[:1], response_format=form)
                assert "人员-K7F3Q" in json.loads(made.choices[0].message.content or "")["identifiers"]


async def test_socket_writes_cut_through_characters_and_lines():
    """Writes of odd sizes leave some UTF-8 sequence in two; joined they are the whole stream."""
    async with Ecosystems([quick(write=(7, 1, 5))]) as both:
        got = await raw(both.base_url("quick"), {"messages": [{"role": "user", "content": ASK}], "stream": True})
    chunks = []
    rest = got.partition(b"\r\n\r\n")[2]
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if not int(size, 16):
            break
        chunks.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    with pytest.raises(UnicodeDecodeError):
        [chunk.decode() for chunk in chunks]
    assert b"".join(chunks).decode().endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_each_fault_is_what_its_name_says_and_then_it_works_again(name: str):
    """A queued fault strikes once; what was asked is remembered all the same."""
    async with Ecosystems([quick()]) as both:
        both.fail("quick", name)
        url = both.base_url("quick")
        body = {"messages": [{"role": "user", "content": ASK}], "stream": True}
        got = await raw(url, body)
        assert both.count("quick") == 1
        if name.startswith(("503", "429", "500", "400", "401")):
            assert got.startswith(f"HTTP/1.1 {name[:3]}".encode())
            assert (b"retry-after" in got) == name.startswith(("503", "429"))
        elif name == "reset":
            assert got == b"[ConnectionResetError]"
        elif name in ("empty", "silent"):
            assert got == (b"" if name == "empty" else b"[TimeoutError]")
        elif name == "redirect":
            assert b"307" in got
            assert b"/_elsewhere/" in got
            assert both.received("_elsewhere") == ()
        elif name in ("half", "half_reset", "stall"):
            assert b"data: " in got
            assert b"[DONE]" not in got
        elif name == "slow":
            assert got == b"[TimeoutError]"
        elif name.startswith("html"):
            assert b"text/html" in got
        elif name.startswith("indiscreet"):  # a whole answer with a person that nobody asked about
            assert b"[DONE]" in got
        else:
            assert b"200 OK" in got
            assert b"[DONE]" not in got
        assert b"[DONE]" in await raw(url, body)


async def test_a_deployment_may_always_fail():
    """`always` holds the fault before it, until it is told to work again; the SDK sees the status."""
    async with Ecosystems() as both, client(both.base_url("flaky-singapore")) as sdk:
        ask: Any = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
        for _ in range(3):
            with pytest.raises(openai.InternalServerError):
                await sdk.chat.completions.create(**ask)
        both.fail("flaky-singapore")
        assert (await sdk.chat.completions.create(**ask)).choices[0].message.content


async def test_it_notices_a_client_that_leaves():
    """A closed connection ends the answer and is counted."""
    async with Ecosystems([quick(latency_s=30)]) as both:
        sdk = client(both.base_url("quick")).with_options(timeout=0.2)
        with pytest.raises(openai.APITimeoutError):
            await sdk.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
        await sdk.close()
        async with asyncio.timeout(5):
            await both.until_left("quick")
        assert both.left("quick") == 1


async def test_bad_requests_are_told():
    """No JSON, an unknown deployment: an error, and the connection goes on."""
    async with Ecosystems([quick()]) as both:
        assert b"HTTP/1.1 400" in await raw(both.base_url("quick"), "text")
        assert b"HTTP/1.1 404" in await raw(both.base_url("quick").replace("quick", "nobody"), {})


def test_it_runs_on_its_own(tmp_path: Path):
    """As a program it writes its ports, logs what it receives before answering, and ends on SIGTERM."""
    port_file, log = tmp_path / "ports.json", tmp_path / "received.jsonl"
    command = [sys.executable, "-m", "isthmus.apps.demo.ecosystems", "--port-file", str(port_file), "--log", str(log)]
    with subprocess.Popen([*command, "--events", "3", "--gap-ms", "0", "--latency-ms", "0"]) as program:
        try:
            while not port_file.exists():
                assert program.poll() is None
            said = json.loads(port_file.read_text(encoding="utf-8"))
            body = {"messages": [{"role": "user", "content": ASK}]}
            plain = asyncio.run(raw(said["base_urls"]["load-abroad"], body))
            stream = asyncio.run(raw(said["base_urls"]["load-abroad"], {**body, "stream": True}))
        finally:
            program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
    assert "人员-K7F3Q" in plain.decode()
    assert stream.count(b"data: ") == 3 + 3
    assert stream.count(b"sent_ns") == 3
    assert [json.loads(line)["number"] for line in log.read_text(encoding="utf-8").splitlines()] == [1, 2]
