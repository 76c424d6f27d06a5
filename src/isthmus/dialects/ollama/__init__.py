"""Ollama's own chat form, as deployments are asked in it, sans-IO."""

from __future__ import annotations

from isthmus.dialects.lines import LineFrames
from isthmus.dialects.ollama.ask_out import CAN, write_ask
from isthmus.dialects.ollama.said_in import OllamaReader, read_answer, read_said
from isthmus.dialects.request import write_request
from isthmus.dialects.upstream import Own

UPSTREAM = Own(
    id="ollama",
    title="Ollama",
    write_request=write_request,
    read_answer=read_answer,
    write_ask=write_ask,
    read_said=read_said,
    reader=OllamaReader,
    can=CAN,
    frames=LineFrames,
)
