"""DashScope's own form, as deployments are asked in it, sans-IO: its text service and its multimodal one."""

from __future__ import annotations

from isthmus.dialects.dashscope.ask_out import CAN, write_ask, write_multimodal
from isthmus.dialects.dashscope.said_in import DashscopeReader, read_answer, read_said
from isthmus.dialects.request import write_request
from isthmus.dialects.upstream import Own

SSE = {"x-dashscope-sse": "enable"}  # the manner of a stream is asked for in a header

UPSTREAM = Own(
    id="dashscope",
    title="DashScope text generation",
    write_request=write_request,
    read_answer=read_answer,
    stream_headers=SSE,
    write_ask=write_ask,
    read_said=read_said,
    reader=DashscopeReader,
    can=CAN,
)
MULTIMODAL = Own(
    id="dashscope_multimodal",
    title="DashScope multimodal generation",
    write_request=write_request,
    read_answer=read_answer,
    stream_headers=SSE,
    write_ask=write_multimodal,
    read_said=read_said,
    reader=DashscopeReader,
    can=CAN | {"image_url", "file_url", "audio", "video"},
)
