"""A file in a call: what stands in it is found and decided on; it leaves as it is only where nothing must change."""

from __future__ import annotations

import base64
import json

import pytest
from tests.files import made_files as made

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAME = "周建国.xlsx"
SECRETS = ("周建国", made.PHONE, made.CARD, made.ID)


def book() -> bytes:
    """The workbook with a name that the enterprise knows."""
    strings = made.workbook()
    return made.replaced(strings, "张三", "周建国")


def in_chat(data: bytes, kind: str, name: str) -> tuple[str, dict[str, object]]:
    text = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    part = {"type": "file", "file": {"filename": name, "file_data": text}}
    return "/v1/chat/completions", {"messages": [{"role": "user", "content": [{"type": "text", "text": "看表"}, part]}]}


def in_messages(data: bytes, kind: str, name: str) -> tuple[str, dict[str, object]]:
    source = {"type": "base64", "media_type": kind, "data": base64.b64encode(data).decode()}
    part = {"type": "document", "source": source, "title": name}
    return "/v1/messages", {"max_tokens": 99, "messages": [{"role": "user", "content": [part]}]}


def in_responses(data: bytes, kind: str, name: str) -> tuple[str, dict[str, object]]:
    text = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    part = {"type": "input_file", "filename": name, "file_data": text}
    return "/v1/responses", {"input": [{"role": "user", "content": [part]}]}


def in_gemini(data: bytes, kind: str, name: str) -> tuple[str, dict[str, object]]:
    part = {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode(), "displayName": name}}
    return "/v1beta/models/{model}:generateContent", {"contents": [{"role": "user", "parts": [{"text": "看表"}, part]}]}


WAYS = {"openai_chat": in_chat, "anthropic": in_messages, "openai_responses": in_responses, "gemini": in_gemini}


async def ask(house, way, data, model="abroad", *, kind=XLSX, name=NAME):
    """A call with a file, in one of the dialects."""
    path, body = WAYS[way](data, kind, name)
    if "{model}" in path:
        return await house.ask(body, path=path.replace("{model}", model))
    return await house.ask({"model": model, **body}, path=path)


@pytest.mark.parametrize("way", WAYS)
async def test_a_file_with_people_leaves_as_changed_text(pairs, way):
    """In every dialect, to a deployment of the same one: the text of the cells, with pseudonyms, and no file."""
    answer = await ask(pairs, way, book(), f"out-{way.replace('_', '-')}")
    assert answer.status == 200, answer.body
    [sent] = pairs.sent("mistral-frankfurt")
    told = json.dumps(sent, ensure_ascii=False)
    for secret in SECRETS:
        assert secret not in told
    assert base64.b64encode(book()).decode()[:40] not in told
    assert "手机号" in told
    assert "[sheet2]" in told
    assert "as_text:file=1" in answer.headers["x-isthmus-edits"]
    opened = next(entry["content"] for entry in await pairs.entries() if entry["kind"] == "send.opened")
    assert opened["edits"]["as_text:file"] == 1
    assert opened["found"]["cn.mobile"] >= 2
    assert opened["unscanned"] == 0


@pytest.mark.parametrize("way", WAYS)
async def test_the_answer_brings_the_originals_back(house, way):
    """A pseudonym that was made of a cell is restored like any other, through another dialect too."""
    answer = await ask(house, way, book())
    assert answer.status == 200, answer.body
    assert made.PHONE in answer.body.decode()


async def test_a_file_in_which_nothing_must_change_leaves_as_it_is(house):
    """Where no duty touches what stands in it, not a byte is changed."""
    clean = made.without(made.document(), "word/comments.xml", "word/header1.xml", "docProps/core.xml")
    for secret in (made.PHONE, made.CARD):
        clean = made.replaced(clean, secret, "0")
    answer = await ask(house, "openai_chat", clean, kind=DOCX, name="a.docx")
    assert answer.status == 200, answer.body
    assert base64.b64encode(clean).decode() in json.dumps(house.sent("mistral-frankfurt")[0])
    assert "x-isthmus-edits" not in answer.headers


async def test_a_file_at_home_leaves_as_it_is(house):
    """A call that stays where the data is needs no change."""
    file = book()  # made twice it would hold two instants
    answer = await ask(house, "openai_chat", file, "home")
    assert answer.status == 200, answer.body
    assert base64.b64encode(file).decode() in json.dumps(house.sent("qwen-beijing")[0])


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(100), made.locked(made.workbook()), bytes(range(200))])
async def test_a_file_that_cannot_be_read_is_unknown_data(house, data):
    """It does not leave the country, whatever its name says; at home it may."""
    answer = await ask(house, "openai_chat", data, name="a.xlsx")
    assert answer.status == 451
    assert house.sent("mistral-frankfurt") == []
    assert (await ask(house, "openai_chat", data, "home", name="a.xlsx")).status == 200
    opened = [entry["content"] for entry in await house.entries() if entry["kind"] == "send.opened"]
    assert len(opened[0]["unread"]) == opened[0]["unscanned"] == 1


async def test_a_picture_in_a_file_is_unknown_data(house):
    """The text may be clean; the picture is still not known."""
    answer = await ask(house, "openai_chat", made.with_members(book(), {"xl/media/a.png": b"x"}))
    assert answer.status == 451


async def test_a_file_where_no_text_can_stand_refuses_the_call(house):
    """It is never sent as it was."""
    data = f"data:{XLSX};base64,{base64.b64encode(book()).decode()}"
    body = {"model": "abroad", "messages": [{"role": "user", "content": "hello"}], "metadata": {"list": data}}
    answer = await house.ask(body)
    assert answer.status == 451
    assert house.sent("mistral-frankfurt") == []


async def test_calls_without_files_start_no_process(house):
    """Readers are made for the first file."""
    await house.chat("hello")
    assert not house.gateway._readers._idle
    await ask(house, "openai_chat", book(), "home")
    assert len(house.gateway._readers._idle) == 1


async def test_somebody_may_vouch_for_a_medium_and_a_purpose(house):
    """Then it may leave for that purpose and no other, and the entry names who said so."""
    data = b"\x89PNG\r\n\x1a\n" + bytes(100)
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    content = [{"type": "text", "text": "hello"}, {"type": "image_url", "image_url": {"url": url}}]
    body = {"model": "abroad", "messages": [{"role": "user", "content": content}]}
    assert (await house.ask(body)).status == 451
    assert (await house.ask(body, key="vouched")).status == 200
    assert (await house.ask(body, key="vouched", x_isthmus_purpose="other")).status == 451
    opened = [entry["content"] for entry in await house.entries() if entry["kind"] == "send.opened"]
    assert [row.get("attested_media") for row in opened] == [[{"medium": "image", "purpose": "drafting", "by": "DPO"}]]
