"""Signatures of vendors whose key never travels: headers from a credential, the request and the instant.

`sigv4` is botocore's own signer (the extra `bedrock`), loaded when the first deployment needs it. `tc3` is Tencent
Cloud's, written from its reference (https://cloud.tencent.com/document/api/1729/101843).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from isthmus.errors import ConfigError

Headers: TypeAlias = tuple[tuple[str, str], ...]
# the headers that sign a request, from its address, its own headers, its body and the instant
Sign: TypeAlias = Callable[[str, Headers, bytes, datetime], Headers]
ALGORITHM, SIGNED = "TC3-HMAC-SHA256", "content-type;host;x-tc-action"
JSON = "application/json"


def sign_with(auth: str, credential: str, *, region: str) -> Sign | None:
    """The signer of a kind of credential; None where a key is sent. Raises `ConfigError` for a wrong credential."""
    if auth == "sigv4":
        return _sigv4(credential, region)
    return tc3(_pair(credential, auth), region) if auth == "tc3" else None


def _pair(credential: str, auth: str) -> tuple[str, str]:
    ident, _, key = credential.strip().partition(":")
    if not ident or not key:
        raise ConfigError(f"a credential for `{auth}` has an id and a key", remedy="write it as `ID:KEY`")
    return ident, key


def _sigv4(credential: str, region: str) -> Sign:
    """Amazon's signature, version 4, for Bedrock; a session's token may stand behind a second colon."""
    try:
        from botocore.auth import SigV4Auth  # noqa: PLC0415 - an extra, and seldom needed
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - the same
        from botocore.credentials import Credentials  # noqa: PLC0415 - the same
    except ImportError:
        raise ConfigError("signing for Bedrock needs botocore", remedy="pip install 'isthmus[bedrock]'") from None
    ident, key = _pair(credential, "sigv4")
    key, _, token = key.partition(":")
    if not region:
        raise ConfigError("a signature for Bedrock names its region", remedy="state `region` in the deployment")
    signer: Any = SigV4Auth(Credentials(ident, key, token or None), "bedrock", region)

    def sign(url: str, headers: Headers, data: bytes, at: datetime) -> Headers:
        request: Any = AWSRequest(method="POST", url=url, headers=dict(headers), data=data)
        request.context["timestamp"] = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        if token:
            request.headers["X-Amz-Security-Token"] = token
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        signer._inject_signature_to_request(request, signature)  # noqa: SLF001 - the public way reads the clock
        added = ("authorization", "x-amz-date", "x-amz-security-token")
        return tuple((name, request.headers[name]) for name in added if name in request.headers)

    return sign


def tc3(pair: tuple[str, str], region: str) -> Sign:
    """Tencent Cloud's signature, version 3: of the content type, the host and the action."""
    ident, key = pair

    def sign(url: str, headers: Headers, data: bytes, at: datetime) -> Headers:
        parts = urlsplit(url)
        stamp, day = str(int(at.timestamp())), at.astimezone(UTC).strftime("%Y-%m-%d")
        service, host = parts.netloc.partition(".")[0], parts.netloc
        own = dict(headers)
        action, kind = own.get("x-tc-action", ""), own.get("content-type", JSON)
        named = f"content-type:{kind}\nhost:{host}\nx-tc-action:{action.lower()}\n"
        canonical = "\n".join(("POST", parts.path or "/", parts.query, named, SIGNED, _hash(data)))
        scope = f"{day}/{service}/tc3_request"
        told = "\n".join((ALGORITHM, stamp, scope, _hash(canonical.encode())))
        secret = f"TC3{key}".encode()
        for step in (day, service, "tc3_request"):
            secret = hmac.new(secret, step.encode(), hashlib.sha256).digest()
        signature = hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()
        value = f"{ALGORITHM} Credential={ident}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"
        added = (("x-tc-region", region),) if region else ()
        return (("authorization", value), ("x-tc-timestamp", stamp), *added)

    return sign


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
