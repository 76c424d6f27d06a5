"""Signed requests: against the vendors' own example and Amazon's own signer, and tokens of service accounts."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from isthmus.errors import BrokenReplyError, ConfigError
from isthmus.steps.call.accounts import HOUR, Account, Tokens, read_account, statement
from isthmus.steps.call.signatures import sign_with

URL = "https://bedrock-runtime.eu-central-1.amazonaws.com/model/amazon.nova-pro-v1%3A0/converse"
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key):
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(kind, form, serialization.NoEncryption()).decode()


def test_tencents_own_example_is_signed_alike():
    """Source: https://cloud.tencent.com/document/api/1729/101843, whose key is printed with asterisks."""
    credential = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******:Gu5t9xGARNpq86cd98joQYCN3*******"
    sign = sign_with("tc3", credential, region="ap-guangzhou")
    assert sign is not None
    data = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    asked = (("content-type", "application/json; charset=utf-8"), ("x-tc-action", "DescribeInstances"))
    signed = dict(sign("https://cvm.tencentcloudapi.com", asked, data, datetime.fromtimestamp(1551113065, UTC)))
    assert signed["authorization"].endswith(
        "Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"
    )
    assert (signed["x-tc-timestamp"], signed["x-tc-region"]) == ("1551113065", "ap-guangzhou")


@pytest.mark.parametrize("token", ["", "session"])
def test_bedrock_is_signed_as_botocore_signs_at_that_instant(token):
    body, headers = b'{"messages":[]}', (("content-type", "application/json"),)
    judge = AWSRequest(method="POST", url=URL, headers=dict(headers), data=body)
    SigV4Auth(Credentials("AKID", "SECRET", token or None), "bedrock", "eu-central-1").add_auth(judge)
    sign = sign_with("sigv4", ":".join(filter(None, ("AKID", "SECRET", token))), region="eu-central-1")
    assert sign is not None
    at = datetime.strptime(judge.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    signed = dict(sign(URL, headers, body, at))
    assert signed["authorization"] == judge.headers["Authorization"]
    assert signed["x-amz-date"] == judge.headers["X-Amz-Date"]
    assert signed.get("x-amz-security-token", "") == token


def test_a_key_that_is_sent_is_not_signed():
    assert sign_with("bearer", "key", region="") is None


@pytest.mark.parametrize(
    ("auth", "credential", "region"), [("tc3", "half", ""), ("sigv4", "half", "eu-west-1"), ("sigv4", "AKID:KEY", "")]
)
def test_a_credential_that_cannot_sign_is_refused_with_a_remedy(auth, credential, region):
    with pytest.raises(ConfigError) as caught:
        sign_with(auth, credential, region=region)
    assert caught.value.remedy


ACCOUNT = Account(
    client_email="a@p.iam.gserviceaccount.com", private_key=pem(PRIVATE), token_uri="https://t", private_key_id="k"
)


def test_a_statement_is_signed_for_an_hour():
    form = parse_qs(statement(ACCOUNT, 1000.5).decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in form["assertion"][0].split("."))
    signed = form["assertion"][0].rpartition(".")[0].encode()
    PRIVATE.public_key().verify(signature, signed, padding.PKCS1v15(), SHA256())
    assert json.loads(head) == {"alg": "RS256", "typ": "JWT", "kid": "k"}
    read = json.loads(claims)
    assert (read["iss"], read["aud"], read["exp"] - read["iat"]) == (ACCOUNT.client_email, "https://t", HOUR)


async def test_a_token_is_asked_for_once_while_it_holds():
    asked = []

    async def post(url, data):
        asked.append((url, data))
        return b'{"access_token":"t%d","expires_in":3600,"token_type":"Bearer"}' % len(asked)

    tokens = Tokens(post)
    assert [await tokens.token(ACCOUNT, at) for at in (0, 3000, 3479, 3480)] == ["t1", "t1", "t1", "t2"]
    assert "PRIVATE" not in repr(ACCOUNT)


async def test_an_answer_without_a_token_is_a_broken_one():
    async def post(_url, _data):
        return b'{"error":"invalid_grant"}'

    with pytest.raises(BrokenReplyError):
        await Tokens(post).token(ACCOUNT, 0)


@pytest.mark.parametrize(
    "credential",
    [
        "no json",
        "{}",
        json.dumps({"client_email": "a", "private_key": "b", "token_uri": "c"}),
        json.dumps(
            {"client_email": "a", "private_key": pem(ec.generate_private_key(ec.SECP256R1())), "token_uri": "c"}
        ),
    ],
)
def test_what_is_no_key_file_is_refused(credential):
    with pytest.raises(ConfigError) as caught:
        read_account(credential)
    assert caught.value.remedy


def test_a_key_file_is_read():
    fields = {"client_email": "a", "private_key": pem(PRIVATE), "token_uri": "https://t", "project_id": "p"}
    assert read_account(json.dumps(fields)).client_email == "a"
