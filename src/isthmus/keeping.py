"""Responses that the operator lets us keep (`policy.keep_responses_days`): stored, continued, shown, deleted.

What is kept is what the client saw and sent, sealed by a key of its entity, at home, until its last day; no deployment
is ever told to store anything. Only the key that made a response may go on with it or see it. A response that is gone
on with is sent whole, as if the client had sent it all; the conversation stays that of the first one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from isthmus.dialects.openai_responses.fields import FIELDS
from isthmus.dialects.sse import SseEvent, SseParser, encode_bytes
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import LedgerError, MalformedError, NotFoundError, NotOfferedError
from isthmus.exchange import Caller, HttpAnswer, HttpRequest
from isthmus.offload import beside
from isthmus.registry.keys import Key
from isthmus.routes import Route
from isthmus.store import Store
from isthmus.store.kept import KeptRow, forget_expired, forget_response, keep_response, kept_response

Node = dict[str, Any]
Settle = Callable[[Caller], Caller]
Answering = Callable[[HttpRequest, Settle], Awaitable[HttpAnswer]]
PREVIOUS = "previous_response_id"
NONCE = 12
LISTED = 20


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed: the items that went in, those of the calls before it among them, and the response."""

    input: list[Any]
    response: Node


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """One response to be kept: under which id, for whom, until when, and after which other."""

    id: str
    entity: str
    caller: str
    until: str
    secret: bytes
    previous: str | None
    input: list[Any]


class Keeper:
    """Keeps responses in a store; `secrets` are the keys that seal them, by entity. `days` is 0 where nothing is."""

    def __init__(self, store: Store, secrets: Mapping[str, bytes], *, days: int) -> None:
        self._store, self._secrets, self.days = store, secrets, days
        self._tidied = ""

    async def respond(
        self, request: HttpRequest, key: Key, answering: Answering, *, call_id: str, today: str
    ) -> HttpAnswer:
        """The answer to a request for a response, which goes on with another one and is kept, as it asks."""
        body = await beside(partial(read_object, request.body, known=FIELDS.keys), len(request.body))
        items = as_items(body.get("input"))
        previous, conversation = body.pop(PREVIOUS, None), ""
        if previous is not None:
            if not isinstance(previous, str):
                raise wrong_type(f"/{PREVIOUS}", previous, "a string")
            row, kept = await self.find(previous, key, today=today, where=f"/{PREVIOUS}")
            items, conversation = [*kept.input, *kept.response["output"], *items], row.conversation
            body["input"] = items
            request = msgspec.structs.replace(request, body=msgspec.json.encode(body))
        callers: list[Caller] = []

        def settle(caller: Caller) -> Caller:
            if conversation:
                caller = msgspec.structs.replace(caller, conversation=conversation, conversation_named=True)
            callers.append(caller)
            return caller

        answer = await answering(request, settle)
        if body.get("store") is False:
            return answer
        last = date.fromisoformat(today) + timedelta(days=self.days)
        keeping = Keeping(
            id=f"resp_{call_id.replace('-', '')}",
            entity=key.entity,
            caller=key.id,
            until=last.isoformat(),
            secret=self._secrets[key.entity],
            previous=previous,
            input=items,
        )
        return await self._kept(answer, keeping, callers[0].conversation)

    async def find(self, ident: str, key: Key, *, today: str, where: str = "") -> tuple[KeptRow, Kept]:
        """A response of this key; raises `NotFoundError` where there is none, or none any more."""
        row = await asyncio.to_thread(kept_response, self._store, ident)
        if row is None or (row.entity, row.caller) != (key.entity, key.id) or row.until < today:
            raise NotFoundError("there is no such response", where=where, remedy="send the whole conversation")
        return row, unseal(row, self._secrets[row.entity])

    async def shown(self, route: Route, key: Key, *, today: str, query: str) -> Node:
        """A response, its items, or that it is deleted; raises `NotOfferedError` where nothing is kept."""
        if not self.days:
            raise NotOfferedError(
                "responses are not kept here", remedy="send the whole conversation to POST /v1/responses"
            )
        ident, asked = route.named["id"], parse_qs(query)
        row, kept = await self.find(ident, key, today=today, where="response_id")
        if route.service == "cancel":
            raise MalformedError(
                "only background work can be cancelled", where="response_id", remedy="close the stream"
            )
        if route.service == "forget":
            await asyncio.to_thread(forget_response, self._store, row.id)
            return {"id": row.id, "object": "response", "deleted": True}
        if route.service == "kept_items":
            return item_list(kept, row.id, asked)
        if asked.get("stream", ["false"]) != ["false"]:
            raise NotOfferedError("a kept response is shown as a whole", remedy="leave `stream` out")
        return kept.response

    def tidy(self, today: str) -> None:
        """Once a day, delete what is past its last day; blocks."""
        if self.days and today != self._tidied:
            forget_expired(self._store, today)
            self._tidied = today

    async def _kept(self, answer: HttpAnswer, keeping: Keeping, conversation: str) -> HttpAnswer:
        headers = (*answer.headers, ("x-isthmus-kept-until", keeping.until))
        if not isinstance(answer.body, bytes):
            stream = KeptStream(answer.body, keeping, lambda made: self._keep(keeping, conversation, made))
            return HttpAnswer(status=answer.status, headers=headers, body=stream)
        made = told(msgspec.json.decode(answer.body), keeping)
        if not await self._keep(keeping, conversation, made):
            return HttpAnswer(
                status=answer.status, headers=answer.headers, body=msgspec.json.encode({**made, "store": False})
            )
        return HttpAnswer(status=answer.status, headers=headers, body=msgspec.json.encode(made))

    async def _keep(self, keeping: Keeping, conversation: str, response: Node) -> bool:
        """Whether the response could be kept: an answer that was given is given all the same."""
        sealed = seal(Kept(input=keeping.input, response=response), keeping)
        row = KeptRow(
            id=keeping.id,
            entity=keeping.entity,
            caller=keeping.caller,
            conversation=conversation,
            until=keeping.until,
            body=sealed,
        )
        try:
            await asyncio.to_thread(keep_response, self._store, row)
        except LedgerError:
            return False
        return True


class KeptStream:
    """A stream of a response on its way to being kept: before the client sees its end, it is."""

    def __init__(self, stream: Any, keeping: Keeping, keep: Callable[[Node], Awaitable[bool]]) -> None:
        self._stream, self._keeping, self._keep = stream, keeping, keep
        self._parser = SseParser()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            if out := b"".join([await self._event(event) for event in self._parser.feed(piece)]):
                yield out
        if out := b"".join([await self._event(event) for event in self._parser.close()]):
            yield out

    async def aclose(self) -> None:
        """Close what stands behind it."""
        await self._stream.aclose()

    async def _event(self, event: SseEvent) -> bytes:
        if not event.data or '"response":{' not in event.data.replace(" ", "")[:200]:
            return event.raw
        node = msgspec.json.decode(event.data)
        if not isinstance(node.get("response"), dict):
            return event.raw
        node["response"] = told(node["response"], self._keeping)
        if node["type"] in ("response.completed", "response.incomplete"):
            node["response"]["store"] = await self._keep(node["response"])
        return encode_bytes(msgspec.json.encode(node), event.event)


def as_items(given: Any) -> list[Any]:
    """The input of a request as items."""
    if isinstance(given, list):
        return given
    return [{"type": "message", "role": "user", "content": given}] if given else []


def told(response: Node, keeping: Keeping) -> Node:
    """The response under the id that it is kept by."""
    return {**response, "id": keeping.id, "store": True, PREVIOUS: keeping.previous}


def seal(kept: Kept, keeping: Keeping) -> bytes:
    """The bytes that only the entity's key opens; they are bound to their id."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(keeping.secret).encrypt(nonce, msgspec.json.encode(kept), keeping.id.encode())


def unseal(row: KeptRow, secret: bytes) -> Kept:
    """What was sealed; raises `NotFoundError` where the entity has another key by now."""
    try:
        data = AESGCM(secret).decrypt(row.body[:NONCE], row.body[NONCE:], row.id.encode())
    except InvalidTag:
        raise NotFoundError("the response was kept under another key", remedy="send the whole conversation") from None
    return msgspec.json.decode(data, type=Kept)


def item_list(kept: Kept, ident: str, asked: Mapping[str, list[str]]) -> Node:
    """The items that went in, a page of them: newest first unless `order=asc`, after the id `after`."""
    items = [_listed(item, f"{ident[5:]}_{place}") for place, item in enumerate(kept.input)]
    if asked.get("order") != ["asc"]:
        items.reverse()
    places = [place for place, item in enumerate(items) if [item["id"]] == asked.get("after")]
    items = items[places[0] + 1 :] if places else items
    most = asked.get("limit", [str(LISTED)])[0]
    if not most.isascii() or not most.isdigit() or not 0 < int(most) <= 100:
        raise MalformedError("the limit is not a number from 1 to 100", where="limit", remedy="send `limit=20`")
    page = items[: int(most)]
    ends = {"first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None}
    return {"object": "list", "data": page, **ends, "has_more": len(items) > len(page)}


def _listed(item: Node, ident: str) -> Node:
    kind = item.get("type") or "message"
    made = {"id": f"{kind[:3]}_{ident}", "type": kind, "status": "completed", **item}
    if kind == "message" and isinstance(item.get("content"), str):
        part = "output_text" if item.get("role") == "assistant" else "input_text"
        empty: Node = {"annotations": []} if part == "output_text" else {}
        made["content"] = [{"type": part, "text": item["content"], **empty}]
    return made
