"""The closed list of Responses: which names, words, ids and opaque state belong to the protocol.

Source: the public API reference of OpenAI. A name that is missing here costs nothing but a scan of it.
"""

from __future__ import annotations

from isthmus.dialects.attached import FileText
from isthmus.dialects.slots import Fields

ROLES: dict[str, str] = {"system": "system", "developer": "developer", "user": "user", "assistant": "assistant"}
ITEM_ROLES: dict[str, str] = {
    "function_call_output": "tool",
    "custom_tool_call_output": "tool",
    "mcp_approval_response": "user",
    "computer_call_output": "tool",
    "local_shell_call_output": "tool",
    "shell_call_output": "tool",
    "apply_patch_call_output": "tool",
    "mcp_list_tools": "definition",
}
DEFINITIONS = frozenset({"tools", "tool_choice", "text"})

_REQUEST = """
    model input instructions stream stream_options include_obfuscation tools tool_choice parallel_tool_calls text format
    verbosity temperature top_p max_output_tokens max_tool_calls metadata store include truncation reasoning effort
    summary generate_summary user safety_identifier prompt_cache_key prompt_cache_retention prompt_cache_options
    service_tier top_logprobs previous_response_id conversation background prompt variables context_management
    compact_threshold moderation
"""
_ITEM = """
    id type role content status phase call_id name arguments output input namespace summary encrypted_content text
    annotations logprobs refusal image_url detail file_id file_data file_url filename input_audio data queries results
    action query url sources code outputs container_id server_label error approval_request_id approve reason tools
    caller caller_id acknowledged_safety_checks pending_safety_checks start_index end_index title index prompt_cache
"""
_SCHEMA = """
    description parameters schema strict properties required items enum const default anyOf allOf oneOf not $ref $defs
    definitions additionalProperties patternProperties minimum maximum exclusiveMinimum exclusiveMaximum minLength
    maxLength minItems maxItems uniqueItems pattern examples nullable syntax definition mode json_schema
"""
_ANSWER = """
    object created_at completed_at incomplete_details response output_index content_index summary_index item_id
    sequence_number part item delta annotation annotation_index usage input_tokens input_tokens_details cached_tokens
    cache_write_tokens output_tokens output_tokens_details reasoning_tokens total_tokens billing payer obfuscation
    token logprob bytes message param isthmus frequency_penalty presence_penalty
"""
_WORDS = """
    system developer user assistant message function_call function_call_output reasoning item_reference custom_tool_call
    custom_tool_call_output input_text input_image input_file input_audio output_text refusal summary_text
    reasoning_text
    function custom grammar lark regex text json_object json_schema auto none required allowed_tools any minimal low
    medium high xhigh max concise detailed disabled enabled default flex priority scale in_memory 24h in_progress
    completed incomplete failed cancelled queued response url_citation file_citation container_file_citation file_path
    max_output_tokens content_filter web_search web_search_preview file_search code_interpreter computer_use_preview
    image_generation mcp local_shell shell apply_patch web_search_call file_search_call code_interpreter_call
    computer_call image_generation_call mcp_call mcp_list_tools mcp_approval_request local_shell_call compaction direct
    object string number integer boolean array null server_error rate_limit_exceeded error original
    final_answer commentary developer_message
"""
_WORD_FIELDS = """
    role type tool_choice effort verbosity service_tier detail summary generate_summary status truncation object phase
    prompt_cache_retention syntax mode reason
"""

FIELDS = Fields(
    keys=frozenset(f"{_REQUEST} {_ITEM} {_SCHEMA} {_ANSWER}".split()),
    words=frozenset(_WORDS.split()),
    kinds={
        **dict.fromkeys(_WORD_FIELDS.split(), "word"),
        **dict.fromkeys(("id", "call_id", "item_id", "file_id", "container_id", "previous_response_id"), "id"),
        **dict.fromkeys(("encrypted_content", "data"), "opaque"),
    },
    media={"image_url": "image", "input_audio": "audio", "file_data": "file", "file_url": "file"},
    media_types={"input_image": "image", "input_file": "file", "input_text": "", "output_text": ""},
)
# a file that may not leave as it is
FILE_TEXT = FileText(
    text={"type": "input_text"},
    drops=frozenset(("type", "file_data", "filename", "detail")),
    types=frozenset(("input_file",)),
)
