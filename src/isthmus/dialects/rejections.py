"""What a deployment's error means: one word of ours for the many that vendors have, beside the vendor's own code.

A code is looked up as it stands, then without what follows its last full stop; then come the words by which some
vendors say it in their message only, then the status. Nothing of a message is kept: it may hold text of the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from isthmus.dialects.lenient_json import decode
from isthmus.exchange import Value

Kind = Literal[
    "content",
    "context",
    "invalid",
    "too_large",
    "authentication",
    "permission",
    "not_found",
    "rate_limit",
    "quota",
    "timeout",
    "overloaded",
    "internal",
    "unknown",
]
LONGEST = 80
CODE = re.compile(r"[A-Za-z0-9_.#:-]+")


class Fault(Value, frozen=True, kw_only=True):
    """A rejection: what it means, and the vendor's own code (empty where there is none)."""

    kind: Kind
    code: str = ""


# the vendors' own codes, in lower case; numbers are Zhipu's (1xxx), MiniMax's (10xx) and iFlytek's (10xxx)
_CODES: dict[Kind, str] = {
    "content": """
        data_inspection_failed datainspectionfailed content_filter content_policy_violation 1301 sensitive safety_check
        safety content_filtered content_safety responsibleaipolicyviolation censorship_blocked guardrail_intervened
        inputtextsensitivecontentdetected inputimagesensitivecontentdetected outputtextsensitivecontentdetected
        sensitivecontentdetected prohibited_content moderation_blocked 1026 1027 new_sensitive 10013 10014 10019
        contentfilterexception failedoperation.textillegaldetected failedoperation.imageillegaldetected
    """,
    "context": """
        context_length_exceeded string_above_max_length 1261 request_too_large_for_model prompt_too_long 10907 1039
    """,
    "invalid": """
        invalid_request_error invalidparameter invalid_argument validationexception invalid_parameter
        missingparameter invalidparametervalue unsupported_parameter unsupported_value bad_request badrequest
        invalid_json failed_precondition 1210 1213 1214 2013 invalidrequest unsupportedoperation
    """,
    "too_large": "request_too_large payload_too_large requestsizeexceeded requestentitytoolarge",
    "authentication": """
        invalid_api_key invalidapikey authentication_error invalid_authentication_error unauthenticated unauthorized
        unrecognizedclientexception incompletesignature signaturedoesnotmatch invalidsignatureexception
        missingauthenticationtokenexception expiredtokenexception authfailure authenticationerror 1000 1001 1002
        1003 1004 2049 10005 incorrect_api_key_error
    """,
    "permission": """
        permission_error permission_denied permissiondenied accessdeniedexception accessdenied 1220
        unsupported_country_region_territory unauthorizedoperation model_access_denied forbidden operationdenied 11200
    """,
    "not_found": """
        model_not_found not_found_error not_found resourcenotfoundexception modelnotfound modelnotexist 1211
        deploymentnotfound resourcenotfound invalidendpointormodel model_not_exist
    """,
    "rate_limit": """
        rate_limit_exceeded rate_limit_error ratelimitexceeded throttling throttlingexception toomanyrequests 1302
        1303 1305 rate_limit_reached_error requestlimitexceeded limitexceeded resource_exhausted too_many_requests
        limitrequests rate_limit 11202 11203
    """,
    "quota": """
        insufficient_quota insufficient_balance arrearage 1113 exceeded_current_quota_error throttling.allocationquota
        accountoverdueerror quota_exceeded quotaexceeded servicequotaexceededexception billing_error 1008 11201
        billing_hard_limit_reached resourceinsufficient resourceunavailable.inarrears accessdenied.unpurchased
        freequotaexhausted allocationquota.freetieronly insufficient_user_quota
    """,
    "timeout": "request_timeout requesttimeout modeltimeoutexception deadline_exceeded timeout timeout_error",
    "overloaded": """
        overloaded_error engine_overloaded_error server_overloaded serviceunavailableexception serviceunavailable
        modelnotreadyexception unavailable modelunavailable modelservingerror serveroverloaded 1312
    """,
    "internal": """
        internal_error internal_server_error api_error server_error internalservererror internalservererrorexception
        internalerror internalserverexception internal modelerrorexception modelstreamerrorexception 1234 500
    """,
}
CODES: dict[str, Kind] = {code: kind for kind, codes in _CODES.items() for code in codes.split()}
# numbers that mean another thing in MiniMax's envelope (`base_resp`)
BASE: dict[str, Kind] = {"1000": "internal", "1001": "timeout", "1002": "rate_limit"}
# codes that say no more than the status does: the message and the status come first
GENERAL = frozenset(
    [
        "invalid_request_error",
        "invalidparameter",
        "invalid_argument",
        "validationexception",
        "bad_request",
        "api_error",
        "server_error",
        "internal_error",
    ]
)
MESSAGES: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (
        re.compile(r"content exists risk|inappropriate content|content management policy|敏感|违规|不安全内容"),
        "content",
    ),
    (
        re.compile(
            r"maximum context length|context (window|length)|prompt is too long|input length should be|too many tokens"
            r"|input is too long|exceeds? the (model's )?(maximum|context)"
        ),
        "context",
    ),
    (re.compile(r"insufficient (balance|quota)|余额不足|欠费"), "quota"),
)
# the status that says the same, for errors that come with the status of an answer
STATUS_OF: dict[Kind, int] = {
    "content": 400,
    "context": 400,
    "invalid": 400,
    "too_large": 413,
    "authentication": 401,
    "permission": 403,
    "not_found": 404,
    "rate_limit": 429,
    "quota": 402,
    "timeout": 504,
    "overloaded": 503,
    "internal": 500,
    "unknown": 502,
}
STATUSES: dict[int, Kind] = {
    400: "invalid",
    401: "authentication",
    402: "quota",
    403: "permission",
    404: "not_found",
    408: "timeout",
    413: "too_large",
    422: "invalid",
    424: "internal",
    429: "rate_limit",
    451: "content",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}


def fault_of(body: bytes, status: int) -> Fault:
    """What an error means; `status` is that of the answer, below 300 where the error came as an answer."""
    return fault_in(_object(body), status)


def fault_in(node: dict[str, Any], status: int) -> Fault:
    """What an error means that is read already."""
    codes = [code for code in _codes(node) if 0 < len(code) <= LONGEST and CODE.fullmatch(code)]
    own = BASE if "base_resp" in node else {}
    known = [(code, kind) for code in codes if (kind := own.get(code) or _kind(code)) is not None]
    special = next(((code, kind) for code, kind in known if code.lower() not in GENERAL), None)
    if special is not None:
        return Fault(kind=special[1], code=special[0])
    shown = codes[0] if codes else ""
    message = error_message(node).lower()
    told = next((kind for pattern, kind in MESSAGES if message and pattern.search(message)), None)
    if told is not None:
        return Fault(kind=told, code=shown)
    by_status = STATUSES.get(status, "internal" if status >= 500 else None)
    return Fault(kind=by_status or (known[0][1] if known else "unknown"), code=shown)


def error_message(node: dict[str, Any]) -> str:
    """What an error says in words, wherever its vendor puts it."""
    for place in _places(node):
        for name in ("message", "Message", "Msg", "status_msg", "error_msg", "error"):
            if isinstance(place.get(name), str) and place[name]:
                return str(place[name])
    return ""


def is_error(body: bytes) -> bool:
    """Whether what came with the status of an answer is an error that names a code."""
    node = _object(body)
    base = node.get("base_resp")
    if isinstance(base, dict):
        return base.get("status_code") not in (None, 0)
    return any(True for place in _places(node) if place is not node for _ in _own(place)) or "error" in node


def _object(body: bytes) -> dict[str, Any]:
    try:
        node, _ = decode(body)
    except ValueError:
        return {}
    node = node[0] if isinstance(node, list) and node else node
    return node if isinstance(node, dict) else {}


def _kind(code: str) -> Kind | None:
    """The meaning of a code, with what follows its full stops and without."""
    code = code.rpartition("#")[2].partition(":")[0].lower()
    while code:
        if code in CODES:
            return CODES[code]
        code = code.rpartition(".")[0]
    return None


def _places(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects in which vendors put an error, the innermost first."""
    response = node.get("Response") or node.get("response")
    outer = response if isinstance(response, dict) else node
    for name in ("error", "Error", "ErrorMsg", "base_resp", "header"):
        inner = outer.get(name)
        if isinstance(inner, dict):
            deeper = inner.get("innererror")
            if isinstance(deeper, dict):
                yield deeper
            yield inner
    yield outer


def _own(place: dict[str, Any]) -> Iterator[str]:
    for name in ("code", "Code", "status", "reason", "type", "__type", "status_code", "error_code"):
        value = place.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)


def _codes(node: dict[str, Any]) -> Iterator[str]:
    for place in _places(node):
        yield from _own(place)
