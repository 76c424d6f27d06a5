"""Completions, the legacy form: asked as a chat of one message, answered as a completion.

Models complete chats today, so that the prompt becomes a message of the user. What a chat cannot express is refused by
name: a suffix, the prompt's echo, the best of several, log probabilities, prompts as tokens.
Source: the public API reference of OpenAI, https://platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from isthmus.dialects.sse import SseParser, encode_bytes
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import MalformedError
from isthmus.exchange import HttpAnswer, HttpRequest

Node = dict[str, Any]
_NAMES = """
    model prompt stream stream_options max_tokens temperature top_p stop n user seed presence_penalty
    frequency_penalty logit_bias suffix echo best_of logprobs include_usage isthmus
"""
FIELDS = frozenset(_NAMES.split())
# what no chat can do, with the values that ask for nothing
REFUSED: dict[str, tuple[Any, ...]] = {
    "suffix": (None, ""),
    "echo": (None, False),
    "best_of": (None, 1),
    "logprobs": (None,),
}
DEFAULT_TOKENS = 16  # what the API takes where nothing is said
NOT_CARRIED = "x-isthmus-not-carried"
DECLARED = "prompt (asked as a chat; reasoning is not shown)"


def as_chat(request: HttpRequest, *, path: str) -> HttpRequest:
    """The same request as a chat for `path`; raises `MalformedError`."""
    body = read_object(request.body, known=FIELDS)
    for name, neutral in REFUSED.items():
        if name in body and body.pop(name) not in neutral:
            raise MalformedError("a chat cannot do this", where=f"/{name}", remedy="leave it out")
    prompt = body.pop("prompt", None)
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str) or not prompt:
        raise wrong_type("/prompt", prompt, "one text")
    made = {"max_tokens": DEFAULT_TOKENS, **body, "messages": [{"role": "user", "content": prompt}]}
    return msgspec.structs.replace(request, path=path, body=msgspec.json.encode(made))


def as_completion(answer: HttpAnswer) -> HttpAnswer:
    """The answer to that chat as a completion."""
    lost = ", ".join([*(value for name, value in answer.headers if name == NOT_CARRIED), DECLARED])
    headers = (*(row for row in answer.headers if row[0] != NOT_CARRIED), (NOT_CARRIED, lost))
    if isinstance(answer.body, bytes):
        body: Any = msgspec.json.encode(_said(msgspec.json.decode(answer.body)))
    else:
        body = CompletionStream(answer.body)
    return HttpAnswer(status=answer.status, headers=headers, body=body)


class CompletionStream:
    """A chat's stream as that of a completion; closing it closes the chat's."""

    def __init__(self, chat: Any) -> None:
        self._chat = chat
        self._parser = SseParser()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._chat:
            if out := b"".join(self._event(event) for event in self._parser.feed(piece)):
                yield out
        if out := b"".join(self._event(event) for event in self._parser.close()):
            yield out

    async def aclose(self) -> None:
        """Close what stands behind it."""
        await self._chat.aclose()

    def _event(self, event: Any) -> bytes:
        if not event.data or not event.data.startswith("{"):
            return bytes(event.raw)
        node = msgspec.json.decode(event.data)
        return encode_bytes(msgspec.json.encode(_said(node) if "choices" in node else node))


def _said(chat: Node) -> Node:
    choices = [_choice(choice) for choice in chat["choices"]]
    return {**chat, "object": "text_completion", "choices": choices}


def _choice(choice: Node) -> Node:
    said = choice.get("message") or choice.get("delta") or {}
    text = said.get("content") or said.get("refusal") or ""
    finish = choice.get("finish_reason")
    return {"index": choice.get("index", 0), "text": text, "logprobs": None, "finish_reason": finish}
