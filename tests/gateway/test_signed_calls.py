"""Deployments that no plain key opens: signed requests, deployment paths with a version, tokens of service accounts."""

from __future__ import annotations

import asyncio
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from isthmus.gateway import build

FACTS = """recipient: group-de, hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de,
     trains_on_inputs: false"""
ROWS = """
  - {{id: aws, provider: bedrock, endpoint: signed, model: "amazon.nova-pro-v1:0", region: eu-central-1,
     base_url: "{root}", credential: "file:pair.txt", {facts}}}
  - {{id: tencent, provider: tencent, endpoint: native, model: hunyuan-turbos, region: ap-guangzhou,
     base_url: "{root}", credential: "file:pair.txt", {facts}}}
  - {{id: azure, provider: azure, endpoint: deployments, model: gpt,
     base_url: "{root}/openai/deployments/{{deployment}}",
     parameters: {{deployment: my-gpt, api_version: "2024-10-21"}}, credential: "file:pair.txt", {facts}}}
  - {{id: vertex, provider: vertex, endpoint: regional, model: gemini-2.5-flash, region: europe-west1,
     base_url: "{root}/v1/projects/p/locations/europe-west1", credential: "file:account.json", {facts}}}
"""


class Tokens:
    """Gives a token for a statement, once a connection."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        self.asked.append(await reader.readexactly(length))
        body = b'{"access_token":"given","expires_in":3600,"token_type":"Bearer"}'
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n")
        writer.write(b"content-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def tokens():
    made = Tokens()
    server = await asyncio.start_server(made, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
async def signed(house, tokens):
    root = house.ecosystems.base_url("mistral-frankfurt").removesuffix("/v1")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "client_email": "a@p.iam.gserviceaccount.com",
        "private_key": key.decode(),
        "token_uri": f"http://127.0.0.1:{tokens.port}/token",
    }
    (house.folder / "pair.txt").write_text("AKID:SECRET", encoding="utf-8")
    (house.folder / "account.json").write_text(json.dumps(account), encoding="utf-8")
    rows = ROWS.format(root=root, facts=FACTS)
    text = house.config.read_text(encoding="utf-8").replace("aliases:", f"{rows[1:]}aliases:", 1)
    house.config.write_text(text, encoding="utf-8")
    await house.gateway.close()
    house.gateway = await build(str(house.config))
    return house


def received(house):
    return house.ecosystems.received("mistral-frankfurt")[-1]


@pytest.mark.parametrize("stream", [False, True])
async def test_bedrock_is_signed_for_its_region(signed, stream):
    answer = await signed.chat("hello", "aws", stream=stream)
    assert answer.status == 200, answer.body
    one = received(signed)
    assert one.path.endswith("/model/amazon.nova-pro-v1%3A0/converse" + ("-stream" if stream else ""))
    assert one.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/eu-central-1/bedrock/aws4_request" in one.headers["authorization"]
    assert one.headers["x-amz-date"]
    assert b"SECRET" not in one.head + one.body


async def test_hunyuan_is_signed_with_its_action(signed):
    answer = await signed.chat("hello", "tencent")
    assert answer.status == 200, answer.body
    one = received(signed)
    assert one.headers["x-tc-action"] == "ChatCompletions"
    assert one.headers["x-tc-region"] == "ap-guangzhou"
    assert one.headers["authorization"].startswith("TC3-HMAC-SHA256 Credential=AKID/")
    assert one.json()["Model"] == "hunyuan-turbos"


async def test_azure_has_its_deployment_in_the_path_and_the_version_in_the_query(signed):
    answer = await signed.chat("hello", "azure")
    assert answer.status == 200, answer.body
    one = received(signed)
    assert one.path.endswith("/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21")
    assert one.headers["api-key"] == "AKID:SECRET"
    assert "authorization" not in one.headers


async def test_vertex_is_asked_with_one_token_for_many_calls(signed, tokens):
    for _ in range(3):
        answer = await signed.chat("hello", "vertex")
        assert answer.status == 200, answer.body
    one = received(signed)
    assert one.path.endswith(
        "/v1/projects/p/locations/europe-west1/publishers/google/models/gemini-2.5-flash:generateContent"
    )
    assert one.headers["authorization"] == "Bearer given"
    assert len(tokens.asked) == 1
    assert b"hello" not in tokens.asked[0], "nothing of a call goes there"
