"""Which members of a Messages request's objects `ask_in` reads."""

from __future__ import annotations

from isthmus.dialects.conversation.unread import shapes

_BLOCK = """type text citations cache_control id name input caller tool_use_id content is_error thinking signature data
    source title context parsed_output"""

SHAPES = shapes(
    messages__n="role content",
    messages__n__content__n=_BLOCK,
    messages__n__content__n__content__n=_BLOCK,
    messages__n__content__n__source="type media_type data url file_id content",
    system__n="type text citations cache_control",
    tools__n="type name description input_schema strict cache_control",
    tool_choice="type name disable_parallel_tool_use",
    output_config="effort format",
    output_config__format="type schema",
    output_format="type schema",
    thinking="type budget_tokens display",
    metadata="user_id",
)
