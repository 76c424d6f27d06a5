"""Amazon Bedrock's Converse form, as deployments are asked in it, sans-IO."""

from __future__ import annotations

from isthmus.dialects.bedrock.ask_out import CAN, address, write_ask, write_request
from isthmus.dialects.bedrock.frames import EventFrames
from isthmus.dialects.bedrock.said_in import ConverseReader, read_answer, read_said
from isthmus.dialects.upstream import Own

UPSTREAM = Own(
    id="bedrock",
    title="Amazon Bedrock Converse",
    write_request=write_request,
    read_answer=read_answer,
    address=address,
    write_ask=write_ask,
    read_said=read_said,
    reader=ConverseReader,
    can=CAN,
    frames=EventFrames,
)
