"""Which members of a Chat request's objects `ask_in` reads."""

from __future__ import annotations

from isthmus.dialects.conversation.unread import shapes

SHAPES = shapes(
    messages__n="""role content name refusal tool_calls tool_call_id function_call audio reasoning_content reasoning
        reasoning_details annotations parsed""",
    messages__n__content__n="type text refusal image_url input_audio file cache_control audio_url video_url video",
    messages__n__content__n__image_url="url detail",
    messages__n__content__n__file="file_data filename file_id",
    messages__n__content__n__input_audio="data format",
    messages__n__tool_calls__n="id type index function custom extra_content",
    messages__n__tool_calls__n__function="name arguments parsed_arguments",
    messages__n__tool_calls__n__custom="name input",
    messages__n__reasoning_details__n="type text summary signature data id index format",
    tools__n="type function custom",
    tools__n__function="name description parameters strict",
    tools__n__custom="name description format",
    response_format="type json_schema",
    response_format__json_schema="name description schema strict",
    stream_options="include_usage include_obfuscation",
    reasoning="effort max_tokens summary",
)
