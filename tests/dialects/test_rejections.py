"""What the errors of vendors mean, each with its own code kept; bodies as the vendors write them."""

from __future__ import annotations

import json

import pytest

from isthmus.dialects.rejections import CODES, STATUS_OF, error_message, fault_of, is_error

# status, body, meaning, code
ERRORS = [
    (400, {"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content."}, "content",
     "DataInspectionFailed"),
    (400, {"error": {"code": "data_inspection_failed", "type": "data_inspection_failed", "message": "x"}}, "content",
     "data_inspection_failed"),
    (429, {"code": "Throttling.AllocationQuota", "message": "x"}, "quota", "Throttling.AllocationQuota"),
    (429, {"code": "Throttling.RateQuota", "message": "x"}, "rate_limit", "Throttling.RateQuota"),
    (400, {"code": "Arrearage", "message": "Access denied, account overdue"}, "quota", "Arrearage"),
    (401, {"code": "InvalidApiKey", "message": "Invalid API-key provided."}, "authentication", "InvalidApiKey"),
    (400, {"code": "InvalidParameter", "message": "Range of input length should be [1, 129024]"}, "context",
     "InvalidParameter"),
    (400, {"error": {"code": "1301", "message": "系统检测到输入内容可能包含不安全或敏感内容"}}, "content", "1301"),
    (429, {"error": {"code": "1302", "message": "x"}}, "rate_limit", "1302"),
    (429, {"error": {"code": "1113", "message": "余额不足"}}, "quota", "1113"),
    (400, {"error": {"code": "1261", "message": "Prompt 超长"}}, "context", "1261"),
    (200, {"Response": {"Error": {"Code": "FailedOperation.TextIllegalDetected", "Message": "x"}}}, "content",
     "FailedOperation.TextIllegalDetected"),
    (200, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "x"}}}, "authentication",
     "AuthFailure.SignatureFailure"),
    (200, {"Response": {"Error": {"Code": "LimitExceeded", "Message": "x"}}}, "rate_limit", "LimitExceeded"),
    (200, {"base_resp": {"status_code": 1027, "status_msg": "output new_sensitive"}}, "content", "1027"),
    (200, {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, "quota", "1008"),
    (200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, "rate_limit", "1002"),
    (403, {"error": {"code": "safety_check", "type": "safety_check", "message": "x"}}, "content", "safety_check"),
    (400, {"error": {"code": "sensitive", "message": "x"}}, "content", "sensitive"),
    (400, {"error": {"message": "Content Exists Risk", "type": "x", "code": "invalid_request_error"}}, "content",
     "invalid_request_error"),
    (402, {"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"}},
     "quota", "invalid_request_error"),
    (400, {"error": {"message": "x", "code": "SensitiveContentDetected", "type": "BadRequest"}}, "content",
     "SensitiveContentDetected"),
    (400, {"error": {"code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}, "message": "x"}},
     "content", "ResponsibleAIPolicyViolation"),
    (404, {"error": {"code": "DeploymentNotFound", "message": "x"}}, "not_found", "DeploymentNotFound"),
    (400, {"error": {"code": "context_length_exceeded", "type": "invalid_request_error", "message": "x"}}, "context",
     "context_length_exceeded"),
    (429, {"error": {"code": "insufficient_quota", "type": "insufficient_quota", "message": "x"}}, "quota",
     "insufficient_quota"),
    (403, {"error": {"code": "unsupported_country_region_territory", "message": "x"}}, "permission",
     "unsupported_country_region_territory"),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded",
     "overloaded_error"),
    (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
     "context", "invalid_request_error"),
    (413, {"type": "error", "error": {"type": "request_too_large", "message": "x"}}, "too_large", "request_too_large"),
    (429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "x"}}, "rate_limit", "RESOURCE_EXHAUSTED"),
    (400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "x"}}, "invalid", "400"),
    (400, {"__type": "com.amazon.coral.service#ValidationException", "message": "x"}, "invalid",
     "com.amazon.coral.service#ValidationException"),
    (429, {"__type": "ThrottlingException", "message": "Too many tokens"}, "rate_limit", "ThrottlingException"),
    (403, {"__type": "AccessDeniedException", "message": "x"}, "permission", "AccessDeniedException"),
    (404, {"error": "model 'x' not found"}, "not_found", ""),
    (401, {"id": "1", "message": "invalid api token"}, "authentication", ""),
    (422, {"detail": "x"}, "invalid", ""),
    (418, {}, "unknown", ""),
    (500, {}, "internal", ""),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "code"), ERRORS)
def test_an_error_has_one_meaning_and_keeps_its_code(status, body, kind, code):
    fault = fault_of(json.dumps(body, ensure_ascii=False).encode(), status)
    assert (fault.kind, fault.code) == (kind, code)


def test_every_meaning_has_a_status_and_an_error():
    assert set(CODES.values()) <= set(STATUS_OF)
    assert {kind for _, _, kind, _ in ERRORS} >= set(STATUS_OF) - {"timeout"}


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b'"x"', b'{"error":7}', b'{"code":true}', b"\xff"])
def test_what_says_nothing_is_known_by_its_status(data):
    assert fault_of(data, 503).kind == "overloaded"
    assert fault_of(data, 503).code == ""


def test_a_text_in_the_place_of_a_code_is_none():
    assert fault_of(b'{"error":{"code":"call 13900001111"}}', 400).code == ""


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"base_resp": {"status_code": 0, "status_msg": "success"}, "choices": []}, False),
        ({"base_resp": {"status_code": 1027}}, True),
        ({"Response": {"Error": {"Code": "X"}}}, True),
        ({"Response": {"Choices": []}}, False),
        ({"error": {"code": "X"}}, True),
        ({"choices": [], "id": "1"}, False),
    ],
)
def test_an_error_with_the_status_of_an_answer_is_seen(body, wrong):
    assert is_error(json.dumps(body).encode()) is wrong


def test_the_words_of_an_error_are_found_where_its_vendor_puts_them():
    for body in ({"message": "m"}, {"Response": {"Error": {"Message": "m"}}}, {"base_resp": {"status_msg": "m"}}):
        assert error_message(body) == "m"
    assert error_message({"error": "m"}) == "m"
