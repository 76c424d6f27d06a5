"""Cohere Chat, version 2, as deployments are asked in it, sans-IO."""

from __future__ import annotations

from isthmus.dialects.cohere.ask_out import CAN, write_ask
from isthmus.dialects.cohere.said_in import CohereReader, read_answer, read_said
from isthmus.dialects.request import write_request
from isthmus.dialects.upstream import Own

UPSTREAM = Own(
    id="cohere",
    title="Cohere Chat v2",
    write_request=write_request,
    read_answer=read_answer,
    write_ask=write_ask,
    read_said=read_said,
    reader=CohereReader,
    can=CAN,
)
