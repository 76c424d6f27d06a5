"""Anthropic Messages, both ends, sans-IO."""

from __future__ import annotations

from isthmus.dialects.answer import Answer, write_answer
from isthmus.dialects.anthropic.answer import answer_of, filter_answer, read_answer
from isthmus.dialects.anthropic.ask_in import NEUTRAL, PARTS, REQUEST, read_ask
from isthmus.dialects.anthropic.ask_out import CAN, write_ask
from isthmus.dialects.anthropic.faults import count_body, error_body, error_event, model_row, models_body
from isthmus.dialects.anthropic.fields import FIELDS, FILE_TEXT
from isthmus.dialects.anthropic.request import read_request
from isthmus.dialects.anthropic.said_in import MessagesReader, read_said
from isthmus.dialects.anthropic.said_out import MessagesWriter, write_said
from isthmus.dialects.anthropic.shapes import SHAPES
from isthmus.dialects.anthropic.stream import MessagesStream
from isthmus.dialects.anthropic.thoughts import reopen, seal_answer
from isthmus.dialects.dialect import Dialect
from isthmus.dialects.refusals import rejection_message
from isthmus.dialects.request import Request, write_request

DIALECT = Dialect(
    id="anthropic",
    title="Anthropic Messages",
    read_request=read_request,
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    stream=MessagesStream,
    error_body=error_body,
    models_body=models_body,
    model=model_row,
    count_body=count_body,
    read_ask=read_ask,
    write_ask=write_ask,
    read_said=read_said,
    write_said=write_said,
    request=REQUEST,
    neutral=NEUTRAL,
    parts=PARTS,
    shapes=SHAPES,
    known=FIELDS.keys,
    can=CAN,
    file_text=FILE_TEXT,
    reader=MessagesReader,
    writer=MessagesWriter,
    bounded=True,
    seal_answer=seal_answer,
    reopen=reopen,
    headers={"anthropic-version": "2023-06-01"},
)

__all__ = [
    "DIALECT",
    "Answer",
    "MessagesStream",
    "Request",
    "answer_of",
    "error_body",
    "error_event",
    "filter_answer",
    "models_body",
    "read_answer",
    "read_request",
    "rejection_message",
    "write_answer",
    "write_request",
]
