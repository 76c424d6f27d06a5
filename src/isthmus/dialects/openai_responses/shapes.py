"""Which members of a Responses request's objects `ask_in` reads."""

from __future__ import annotations

from isthmus.dialects.conversation.unread import shapes

SHAPES = shapes(
    input__n="""type id role status content call_id name arguments output input summary encrypted_content caller
        parsed_arguments""",
    input__n__content__n="""type text refusal annotations logprobs image_url detail file_id file_url file_data filename
        input_audio parsed""",
    input__n__output__n="type text image_url detail file_id file_url file_data filename",
    tools__n="type name description parameters strict format",
    text="format verbosity",
    text__format="type name description schema strict",
    reasoning="effort summary generate_summary",
    stream_options="include_obfuscation",
)
