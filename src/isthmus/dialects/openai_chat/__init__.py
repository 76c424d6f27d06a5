"""OpenAI Chat Completions, both ends, sans-IO."""

from __future__ import annotations

from isthmus.dialects.answer import Answer, write_answer
from isthmus.dialects.dialect import Dialect
from isthmus.dialects.openai_chat.answer import answer_of, filter_answer, read_answer
from isthmus.dialects.openai_chat.ask_in import NEUTRAL, PARTS, REQUEST, read_ask
from isthmus.dialects.openai_chat.ask_out import CAN, write_ask
from isthmus.dialects.openai_chat.faults import error_body, error_event, model_row, models_body
from isthmus.dialects.openai_chat.fields import FIELDS, FILE_TEXT
from isthmus.dialects.openai_chat.request import read_request, write_request
from isthmus.dialects.openai_chat.said_in import ChatReader, read_said
from isthmus.dialects.openai_chat.said_out import ChatWriter, write_said
from isthmus.dialects.openai_chat.shapes import SHAPES
from isthmus.dialects.openai_chat.stream import ChatStream
from isthmus.dialects.openai_chat.thoughts import reopen
from isthmus.dialects.refusals import rejection_message
from isthmus.dialects.request import Request

DIALECT = Dialect(
    id="openai_chat",
    title="OpenAI Chat Completions",
    read_request=read_request,
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    stream=ChatStream,
    error_body=error_body,
    models_body=models_body,
    model=model_row,
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
    reader=ChatReader,
    writer=ChatWriter,
)

__all__ = [
    "DIALECT",
    "Answer",
    "ChatStream",
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
