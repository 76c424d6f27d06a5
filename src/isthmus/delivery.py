"""Steps 6 to 10 for one deployment: protect, record, call, restore, label, close.

Each attempt is a send of its own, decided anew. Bytes leave only after the entry that says so; the answer starts only
when its first piece is good, so that another deployment can still be tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal, Protocol

import msgspec

from isthmus.answers import Marks, field_of, headers_of, marks_of
from isthmus.attachments import Opened, protected_call
from isthmus.dialects.answer import Answer, write_answer
from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.refusals import rejection_message, upstream_part
from isthmus.dialects.request import Request
from isthmus.errors import (
    BandCrossedError,
    IsthmusError,
    LedgerError,
    RefusedError,
    RejectedError,
    UpstreamError,
    WithheldError,
)
from isthmus.exchange import Call, HttpAnswer, Money, Protected, Scan, Slot, Usage
from isthmus.holding import HeldReply, Seen
from isthmus.neutral import neutral_words
from isthmus.offload import beside
from isthmus.registry.derivation import conversation_key
from isthmus.replies import HOLD, ReplyJudge, reply_scan_of
from isthmus.sending import Send, close_send, open_send, price_of
from isthmus.speaking import Speech, answer_stream, filter_answer, read_answer, request_bytes
from isthmus.steps.label import Label
from isthmus.steps.record import Ledger
from isthmus.steps.restore import translations
from isthmus.steps.scan import Scanner, scan
from isthmus.streaming import StreamedAnswer
from isthmus.verdicts import Judgement, Matter, Verdicts

BAND_ATTEMPTS = 5
MESSAGE = 500
AGAIN = "send it again, or name another model"


class Incoming(Protocol):
    """An answer as it comes, header names in lower case; whoever holds it closes it."""

    headers: dict[str, str]

    @property
    def chunks(self) -> Any: ...
    async def read(self) -> bytes: ...
    async def aclose(self) -> None: ...


class Outward(Protocol):
    """The only way out: posts bytes once to a target."""

    async def send(self, target: Any, data: bytes, *, stream: bool) -> Incoming: ...


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One call on its way to the deployments that are open to it.

    `output_tokens` bounds the answer: what was asked, else the policy's default. `files` are those that were read.
    """

    call: Call
    asked: Request
    matter: Matter
    files: tuple[Opened, ...] = ()
    output_tokens: int
    wants_decision: bool = False


class Delivery:
    """Sends calls; holds what every send needs and nothing of any one call."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        verdicts: Verdicts,
        scanner: Scanner,
        labels: dict[str, Label],
        client: Outward,
        targets: Mapping[tuple[str, str, bool], Any],
        language: Literal["auto", "en", "zh"],
    ) -> None:
        self._ledger = ledger
        self._verdicts = verdicts
        self._scanner = scanner
        self._labels = labels
        self._client = client
        self._targets = targets
        self._language = language
        self._translations = translations(scanner.words)

    async def deliver(self, flow: Flow, judgement: Judgement, speech: Speech, estimate: Money | None) -> HttpAnswer:
        """The answer of one deployment; raises `UpstreamError` where it failed before its first good piece."""
        send, data = await self._open(flow, judgement, speech)
        marks = marks_of(flow.call, send, self._labels, words=self._translations, formatted=flow.asked.formatted)
        reply: Incoming | None = None
        try:
            target = self._targets[judgement.target.id, speech.upstream.id, flow.call.stream]
            reply = await self._client.send(target, data, stream=flow.call.stream)
            if flow.call.stream:
                return await self._stream(flow, send, marks, reply, estimate)
            return await self._whole(flow, send, marks, reply)
        except BaseException as error:
            if isinstance(error, IsthmusError):
                send.outcome = error.code
                _place(error, judgement.target.id)
            if isinstance(error, RejectedError):
                send.fault = upstream_part(error)
            try:
                if reply is not None:
                    await reply.aclose()
            finally:
                await self._close(send, marks, None)
            if isinstance(error, RejectedError):
                raise _told(error, marks) from None
            raise

    async def _open(self, flow: Flow, judgement: Judgement, speech: Speech) -> tuple[Send, bytes]:
        """Open a send, with the bytes to leave; where a count moved on, decide anew with the store's own counts."""
        reply_scan = await reply_scan_of(self._verdicts, flow.matter, judgement.target)
        model, most = judgement.target.row.model, flow.output_tokens
        for _ in range(BAND_ATTEMPTS):
            protected = await self._protect(flow, judgement)
            seal = _seal(flow, judgement)
            data, lost = request_bytes(speech, flow.call, protected.body, seal, model=model, output_tokens=most)
            try:
                send = await open_send(
                    self._ledger,
                    flow.matter,
                    flow.call,
                    judgement,
                    protected=protected,
                    speech=speech,
                    reply_scan=reply_scan,
                )
            except BandCrossedError:
                self._verdicts.forget(judgement)
                judgement = await self._verdicts.judge(flow.matter, judgement.target, exact=True)
                if not judgement.decision.release:
                    decisions = ((judgement.target.id, judgement.decision),)
                    neutral = neutral_words(self._verdicts.rulebook, flow.matter)
                    message = "a count of persons crossed a threshold"
                    raise RefusedError(message, decisions=decisions, neutral=neutral) from None
            else:
                self._verdicts.learn(judgement, send.tallies)
                send.not_carried = tuple(dict.fromkeys((*speech.not_carried, *lost)))
                send.seal = seal if judgement.decision.transforms else None
                return send, data
        raise LedgerError("the counts of persons move faster than they can be reserved", remedy="send it again")

    async def _protect(self, flow: Flow, judgement: Judgement) -> Protected:
        """Step 6; large bodies are changed beside the event loop."""
        matter, transforms = flow.matter, judgement.decision.transforms
        if not transforms or not matter.scan.findings:
            return Protected(body=flow.call.body)
        keys = matter.snapshot.declared.keys[matter.caller.entity]
        change = partial(
            protected_call,
            flow.call,
            flow.files,
            matter.scan.findings,
            transforms,
            key=conversation_key(keys, matter.caller.conversation),
            words=self._scanner.words,
            lang=self._language,
        )
        return await beside(change, flow.call.size)

    async def _whole(self, flow: Flow, send: Send, marks: Marks, reply: Incoming) -> HttpAnswer:
        data = await reply.read()
        answer, lost = read_answer(send.speech, data, at=send.at, seal=send.seal)
        send.not_carried = tuple(dict.fromkeys((*send.not_carried, *lost)))
        if send.reply_scan == HOLD:
            await self._settle(flow, send, marks, answer)
        body = filter_answer(send.speech, answer, marks.filters, formatted=flow.asked.formatted, seal=send.seal)
        send.outcome = "answered"
        price = self._price(flow, send, answer.usage)
        extra = field_of(send, marks, price) if flow.wants_decision else None
        await self._close(send, marks, answer.usage, price)
        headers = headers_of(send, marks, price, estimated=False)
        return HttpAnswer(
            status=200,
            headers=(("content-type", "application/json"), *headers),
            body=write_answer(body, extra) if extra or marks.filters or send.speech.pair or send.seal else data,
        )

    async def _stream(
        self, flow: Flow, send: Send, marks: Marks, reply: Incoming, estimate: Money | None
    ) -> HttpAnswer:
        stream = answer_stream(send.speech, flow.asked, marks.filters, at=send.at, seal=send.seal)
        if flow.wants_decision:
            stream.attach(lambda: field_of(send, marks, self._price(flow, send, stream.usage)))

        async def ending(outcome: str) -> None:
            send.outcome = outcome or send.outcome
            send.not_carried = tuple(dict.fromkeys((*send.not_carried, *stream.declared)))
            await self._close(send, marks, stream.usage, self._price(flow, send, stream.usage))

        def abort(error: IsthmusError) -> bytes:
            return stream.abort(_place(error, send.judgement.target.id), call_id=flow.call.id)

        answer = StreamedAnswer(self._held(flow, send, reply), stream, ending, abort=abort)
        await answer.start()
        headers = headers_of(send, marks, estimate, estimated=True)
        kind = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
        return HttpAnswer(status=200, headers=(*kind, *headers), body=answer)

    def _held(self, flow: Flow, send: Send, reply: Incoming) -> Incoming | HeldReply:
        """The reply, behind a window where a rule could keep back what it holds."""
        if send.reply_scan != HOLD:
            return reply
        seen = Seen()
        scout = answer_stream(send.speech, flow.asked, (seen,), at=send.at, seal=None)
        return HeldReply(reply, scout, seen, self._look, self._judge(flow, send).settle)

    async def _settle(self, flow: Flow, send: Send, marks: Marks, answer: Answer) -> None:
        """Decide a whole reply; where it is withheld it was paid for all the same."""
        seen = Seen()
        filter_answer(send.speech, answer, (seen,), formatted=flow.asked.formatted, seal=None)
        try:
            await self._judge(flow, send).settle(await seen.look(self._look))
        except WithheldError as error:
            send.outcome = error.code
            await self._close(send, marks, answer.usage, self._price(flow, send, answer.usage))
            raise

    def _judge(self, flow: Flow, send: Send) -> ReplyJudge:
        return ReplyJudge(self._ledger, self._verdicts, flow.matter, send)

    async def _look(self, slots: tuple[Slot, ...]) -> Scan:
        """Step 3 for a reply."""
        return await beside(partial(scan, self._scanner, slots), sum(len(slot.text) for slot in slots))

    async def _close(self, send: Send, marks: Marks, usage: Usage | None, price: Money | None = None) -> None:
        if send.closed:
            return
        more: dict[str, Any] = {}
        if marks.restorer is not None:
            more["restored"], more["unknown_pseudonyms"] = marks.restorer.restored, marks.restorer.unknown
            more["unrestored"] = marks.restorer.missing
        if marks.label is not None:
            more["label"] = marks.label.id
            more["display_label"] = not (marks.labeller and marks.labeller.placed)
        try:
            if marks.observer is not None:
                slots = tuple(Slot(pointer=f"/{name}", text=text) for name, text in marks.observer.texts().items())
                more["reply_found"] = (await self._look(slots)).kinds
        finally:
            await close_send(self._ledger, send, usage=usage, price=price, **more)

    def _price(self, flow: Flow, send: Send, usage: Usage) -> Money | None:
        return price_of(flow.matter.snapshot.declared, send.judgement.target, usage, send.at)


def _place(error: IsthmusError, deployment: str) -> IsthmusError:
    """The error; one of a deployment says of which, and what to do."""
    if isinstance(error, UpstreamError):
        error.where = f"deployment {deployment}"
        error.remedy = error.remedy or (AGAIN if error.status >= 500 else "")
    return error


def _seal(flow: Flow, judgement: Judgement) -> Seal:
    """The seal of what a deployment signs in this conversation."""
    keys = flow.matter.snapshot.declared.keys[flow.matter.caller.entity]
    return Seal(key=conversation_key(keys, flow.matter.caller.conversation), origin=judgement.target.id)


def _told(error: RejectedError, marks: Marks) -> RejectedError:
    """The rejection with the deployment's own message, restored: it goes to the caller and nowhere else."""
    said = rejection_message(error.body)[:MESSAGE]
    if marks.restorer is not None:
        said = marks.restorer.restore_text(said)
    message = f"{error.message}: {said}" if said else error.message
    told = RejectedError(message, upstream_status=error.upstream_status, body=error.body, retry_after=error.retry_after)
    told.where = error.where
    return told
