"""Tencent Hunyuan's own form, as deployments are asked in it, sans-IO."""

from __future__ import annotations

from isthmus.dialects.hunyuan.ask_out import CAN, write_ask, write_request
from isthmus.dialects.hunyuan.said_in import HunyuanReader, read_answer, read_said
from isthmus.dialects.upstream import Own

UPSTREAM = Own(
    id="hunyuan",
    title="Tencent Hunyuan",
    write_request=write_request,
    read_answer=read_answer,
    headers={"x-tc-action": "ChatCompletions", "x-tc-version": "2023-09-01"},
    write_ask=write_ask,
    read_said=read_said,
    reader=HunyuanReader,
    can=CAN,
)
