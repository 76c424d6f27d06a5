"""The ten steps in their order, for one call. Nothing else knows the order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from isthmus import metrics
from isthmus.attachments import Opened, open_files, scan_call
from isthmus.choosing import Chosen, choose_deployments, refuse
from isthmus.config import Limits, Policy
from isthmus.conversations import Conversations
from isthmus.decision import Decision
from isthmus.delivery import Delivery, Flow
from isthmus.dialects.dialect import Wire
from isthmus.errors import IsthmusError, RefusedError, RejectedError, UpstreamError, WithheldError
from isthmus.exchange import Call, Caller, HttpAnswer, HttpRequest, Scan
from isthmus.files.readers import FileReaders
from isthmus.offload import beside
from isthmus.registry.keys import Key
from isthmus.registry.snapshot import Snapshot
from isthmus.sending import caller_facts
from isthmus.steps.call import retry_delay
from isthmus.steps.identify import authenticate, caller_of, may_name, wishes_of
from isthmus.steps.receive import receive
from isthmus.steps.record import Ledger, entries
from isthmus.steps.scan import Scanner
from isthmus.verdicts import Verdicts

Settle = Callable[[Caller], Caller]
CALLERS_FAULT = frozenset({400, 413, 415, 422})


class Pipeline:
    """One call from a client's bytes to the answer; `current` gives the snapshot that holds now."""

    def __init__(
        self,
        *,
        current: Callable[[], Snapshot],
        scanner: Scanner,
        readers: FileReaders,
        verdicts: Verdicts,
        delivery: Delivery,
        ledger: Ledger,
        limits: Limits,
        policy: Policy,
    ) -> None:
        self._current = current
        self._scanner, self._readers = scanner, readers
        self._verdicts = verdicts
        self._delivery = delivery
        self._ledger = ledger
        self._limits = limits
        self._policy = policy
        self._conversations = Conversations(ledger, size=limits.decisions)

    async def answer(
        self, request: HttpRequest, dialect: Wire, settle: Settle, *, call_id: str, at: str, named: Mapping[str, Any]
    ) -> HttpAnswer:
        """Answer a request; `named` is what its path says, `settle` gives its conversation. Raises `IsthmusError`."""
        snapshot = self._current()
        key = authenticate(request.headers, snapshot.keys, today=at[:10], query=request.query)
        caller: Caller | None = None
        try:
            read = partial(receive, request, dialect, call=call_id, at=at, limits=self._limits, **named)
            call, asked = await beside(read, len(request.body))
            wishes = wishes_of(request.headers, asked.own)
            caller = settle(caller_of(key, wishes, call.slots, snapshot.declared.keys[key.entity].conversations))
            may_name(key, call.model)
            seen, files = await self._scanned(call)
            matter = self._verdicts.matter(snapshot, caller, seen, call=call.id, at=at)
            matter = await self._conversations.enter(matter, call=call.id)
            most, told = asked.max_tokens or self._policy.default_output_tokens, wishes.get("decision", False)
            flow = Flow(call=call, asked=asked, matter=matter, files=files, output_tokens=most, wants_decision=told)
            return await self._delivered(flow, await self._chosen(flow, key))
        except IsthmusError as error:
            await self._note(error, key, caller, call_id, at)
            raise

    async def _scanned(self, call: Call) -> tuple[Scan, tuple[Opened, ...]]:
        """Step 3, with what was read of attached files."""
        files = await open_files(self._readers, call) if call.files else ()
        seen = await beside(partial(scan_call, self._scanner, call, files), call.size)
        for kind, number in seen.kinds.items():
            metrics.count(metrics.FINDINGS, kind, by=number)
        return seen, files

    async def _chosen(self, flow: Flow, key: Key) -> Chosen:
        """Steps 4 and 5; raises `RefusedError` where no deployment is open."""
        chosen = await choose_deployments(
            self._verdicts,
            flow.matter,
            flow.call,
            model=flow.call.model,
            needs=flow.asked.needs,
            output_tokens=flow.output_tokens,
        )
        if not chosen.choice.order:
            raise await refuse(self._verdicts, flow.matter, chosen, model=flow.call.model, key=key)
        return chosen

    async def _delivered(self, flow: Flow, chosen: Chosen) -> HttpAnswer:
        """Steps 6 to 10, at one candidate after the other; each attempt is a new send with its own decision."""
        failure: IsthmusError | None = None
        for candidate in chosen.choice.order:
            judgement = chosen.judgements[candidate.deployment]
            retries, attempt = judgement.target.row.retries, 0
            while judgement.decision.release:
                try:
                    speech, cost = chosen.speeches[candidate.deployment], chosen.costs[candidate.deployment]
                    return await self._delivery.deliver(flow, judgement, speech, cost)
                except RefusedError as error:
                    failure = error
                    break
                except UpstreamError as error:
                    failure = error
                    if isinstance(error, RejectedError) and error.status in CALLERS_FAULT:
                        raise
                    wait = retry_delay(error, attempt, retries=retries, jitter=random.random())  # noqa: S311 - jitter
                    if wait is None:
                        break
                await asyncio.sleep(wait)
                attempt += 1
                judgement = await self._verdicts.judge(flow.matter, judgement.target)
        assert failure is not None
        raise failure

    async def _note(self, error: IsthmusError, key: Key, caller: Caller | None, call_id: str, at: str) -> None:
        """The entry of a call of which nothing left; what left has its own entries."""
        if isinstance(error, UpstreamError | WithheldError):
            return
        content: dict[str, Any] = {"key": key.id, "code": error.code, "status": error.status}
        if isinstance(error, RefusedError) and caller is not None:
            content |= caller_facts(caller) | {"decisions": {name: _rules(row) for name, row in error.decisions}}
            entry = entries.call_refused(at=at, call=call_id, content=content)
        else:
            entry = entries.call_rejected(at=at, call=call_id, content=content)
        await self._ledger.append(entry, durable=False)


def _rules(decision: Decision) -> dict[str, list[str]]:
    """For each body of law that refused: its mechanism and the rules that spoke."""
    refused = (row for row in decision.regimes if not row.release)
    return {row.id: [row.mechanism, *(reason.rule for reason in row.reasons)] for row in refused}
