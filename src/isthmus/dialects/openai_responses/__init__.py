"""OpenAI Responses, both ends, sans-IO."""

from __future__ import annotations

from isthmus.dialects.answer import Answer, write_answer
from isthmus.dialects.dialect import Dialect
from isthmus.dialects.openai_responses.answer import answer_of, filter_answer, read_answer
from isthmus.dialects.openai_responses.ask_in import NEUTRAL, PARTS, REQUEST, read_ask
from isthmus.dialects.openai_responses.ask_out import CAN, write_ask
from isthmus.dialects.openai_responses.events_out import ResponsesWriter
from isthmus.dialects.openai_responses.faults import count_body, error_body, error_event, model_row, models_body
from isthmus.dialects.openai_responses.fields import FIELDS, FILE_TEXT
from isthmus.dialects.openai_responses.request import read_request, write_request
from isthmus.dialects.openai_responses.said_in import ResponsesReader, read_said
from isthmus.dialects.openai_responses.said_out import repeat, write_said
from isthmus.dialects.openai_responses.shapes import SHAPES
from isthmus.dialects.openai_responses.stream import ResponsesStream
from isthmus.dialects.openai_responses.thoughts import reopen
from isthmus.dialects.refusals import rejection_message
from isthmus.dialects.request import Request

DIALECT = Dialect(
    id="openai_responses",
    title="OpenAI Responses",
    read_request=read_request,
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    stream=ResponsesStream,
    error_body=error_body,
    models_body=models_body,
    model=model_row,
    repeat=repeat,
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
    reopen=reopen,
    reader=ResponsesReader,
    writer=ResponsesWriter,
)

__all__ = [
    "DIALECT",
    "Answer",
    "Request",
    "ResponsesStream",
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
