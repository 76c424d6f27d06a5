"""Google Gemini, both ends, sans-IO."""

from __future__ import annotations

from isthmus.dialects.answer import Answer, write_answer
from isthmus.dialects.dialect import Dialect
from isthmus.dialects.gemini.answer import answer_of, filter_answer, read_answer
from isthmus.dialects.gemini.ask_in import CONFIG, NEUTRAL, PARTS, REQUEST, read_ask
from isthmus.dialects.gemini.ask_out import CAN, write_ask
from isthmus.dialects.gemini.faults import count_body, error_body, error_event, model_row, models_body
from isthmus.dialects.gemini.fields import FIELDS, FILE_TEXT
from isthmus.dialects.gemini.request import address, read_request, write_request
from isthmus.dialects.gemini.said_in import GeminiReader, read_said
from isthmus.dialects.gemini.said_out import GeminiWriter, write_said
from isthmus.dialects.gemini.shapes import SHAPES
from isthmus.dialects.gemini.stream import GeminiStream
from isthmus.dialects.gemini.thoughts import reopen
from isthmus.dialects.refusals import rejection_message
from isthmus.dialects.request import Request

DIALECT = Dialect(
    id="gemini",
    title="Google Gemini",
    read_request=read_request,
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    stream=GeminiStream,
    error_body=error_body,
    models_body=models_body,
    model=model_row,
    count_body=count_body,
    address=address,
    key_header="x-goog-api-key",
    read_ask=read_ask,
    write_ask=write_ask,
    read_said=read_said,
    write_said=write_said,
    request=REQUEST | {f"generationConfig.{name}": feature for name, feature in CONFIG.items()},
    neutral=NEUTRAL,
    parts=PARTS,
    shapes=SHAPES,
    known=FIELDS.keys,
    can=CAN,
    file_text=FILE_TEXT,
    reopen=reopen,
    reader=GeminiReader,
    writer=GeminiWriter,
)

__all__ = [
    "DIALECT",
    "Answer",
    "GeminiStream",
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
