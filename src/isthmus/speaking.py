"""In which wire form a deployment is asked, and how its answer becomes one of the client's.

Where both sides speak the same dialect the body goes out as it came, edits apart. Where they do not, a pair translates:
the request after it was protected, the answer before any filter, so that every filter sees the client's dialect.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from isthmus.dialects.answer import Answer
from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.dialect import Wire
from isthmus.dialects.embeddings import EMBEDDINGS
from isthmus.dialects.event_stream import EventStream
from isthmus.dialects.filters import Filters
from isthmus.dialects.known import FORMS, WIRES
from isthmus.dialects.pairs import OWN_PAIRS, PAIRS, Pair, translate_answer, translate_request, translate_stream
from isthmus.dialects.pairs.translated_stream import TranslatedStream
from isthmus.dialects.rejections import is_error
from isthmus.dialects.request import Request
from isthmus.dialects.rerank import RERANKS
from isthmus.dialects.upstream import AskedForm
from isthmus.dialects.whole import rejected
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Call
from isthmus.registry.deployments import Deployed


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """One call at one deployment: the dialects of both sides, and what a pair between them leaves out by name.

    `pair` is None where both speak the same; `refused` says what the deployment cannot be asked. `reasons`: its model
    is known to think, so that it can be asked how much; `asked` is the client's body, of which answers repeat some.
    """

    client: Wire
    upstream: AskedForm
    pair: Pair | None = None
    not_carried: tuple[str, ...] = ()
    refused: MalformedError | None = None
    reasons: bool = False
    asked: dict[str, Any] = {}


_PAIRS = PAIRS | OWN_PAIRS
# forms that only a deployment of that capability is asked in
_NEEDS = dict.fromkeys(EMBEDDINGS, "embeddings") | dict.fromkeys(RERANKS, "rerank")
_SAME = {name: Speech(client=row, upstream=row) for name, row in WIRES.items()}


def speech_of(call: Call, target: Deployed, *, output_tokens: int) -> Speech:
    """How a call is put to a deployment: in the client's own dialect where it speaks that, else in its first one."""
    if call.dialect in target.speaks:
        return _SAME[call.dialect]
    client = WIRES[call.dialect]
    name = next((name for name in target.speaks if (call.dialect, name) in _PAIRS), "")
    if not name:
        need = _NEEDS.get(call.dialect, "")
        error = MalformedError(
            f"the chosen deployment makes no {need}" if need else "the chosen deployment does not speak this",
            where="/model",
            remedy=f"name one that states `capabilities: [{need}]`"
            if need
            else f"it speaks {', '.join(target.speaks)}",
        )
        return Speech(client=client, upstream=FORMS[next(iter(target.speaks))], refused=error)
    pair, reasons = _PAIRS[call.dialect, name], "reasoning" in target.capabilities
    try:
        _, names = translate_request(pair, call.body, max_tokens=output_tokens, reasons=reasons, stream=call.stream)
    except MalformedError as error:
        return Speech(client=client, upstream=pair.upstream, pair=pair, refused=error)
    return Speech(client=client, upstream=pair.upstream, pair=pair, not_carried=names, reasons=reasons, asked=call.body)


def request_bytes(
    speech: Speech, call: Call, body: dict[str, Any], seal: Seal, *, model: str, output_tokens: int
) -> tuple[bytes, tuple[str, ...]]:
    """The bytes for the deployment, and the names of what is left out; `seal` opens what it issued before.

    Raises `MalformedError` where something cannot be carried.
    """
    if speech.pair is None:
        body, lost = speech.client.reopen(body, seal)
    else:
        reasons, stream = speech.reasons, call.stream
        body, lost = translate_request(
            speech.pair, body, max_tokens=output_tokens, reasons=reasons, stream=stream, seal=seal
        )
    return speech.upstream.write_request(body, model=model), lost


def read_answer(speech: Speech, data: bytes, *, at: str, seal: Seal | None) -> tuple[Answer, tuple[str, ...]]:
    """A whole answer in the client's dialect, and the names of what is left out.

    With a `seal` what is signed travels with its text. Raises `BrokenReplyError`, or `RejectedError` for an error that
    came with the status of an answer.
    """
    try:
        answer = speech.upstream.read_answer(data)
    except BrokenReplyError:
        if not is_error(data):
            raise
        raise rejected(data) from None
    if speech.pair is None:
        return answer, ()
    body, names = translate_answer(speech.pair, answer.body, created=_seconds(at), seal=seal, asked=speech.asked)
    return msgspec.structs.replace(answer, body=body, slots=(), data=b""), names


def filter_answer(
    speech: Speech, answer: Answer, filters: Filters, *, formatted: bool, seal: Seal | None
) -> dict[str, Any]:
    """The body for the client."""
    body = speech.client.filter_answer(answer, filters, formatted=formatted)
    return body if seal is None or speech.pair is not None else speech.client.seal_answer(answer.body, body, seal)


def answer_stream(
    speech: Speech, asked: Request, filters: Filters, *, at: str, seal: Seal | None
) -> EventStream | TranslatedStream:
    """What reads the deployment's stream and writes the client's."""
    own = seal if speech.pair is None else None
    stream = speech.client.stream(filters, show_usage=asked.include_usage, formatted=asked.formatted, seal=own)
    if speech.pair is None:
        return stream
    translator = translate_stream(speech.pair, created=_seconds(at), seal=seal, asked=speech.asked)
    return TranslatedStream(translator, stream)


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())
