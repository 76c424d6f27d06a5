"""The closed list of Messages: which names, words, ids and opaque state belong to the protocol.

Source: the public API reference of Anthropic. A name that is missing here costs nothing but a scan of it.
"""

from __future__ import annotations

from isthmus.dialects.attached import FileText
from isthmus.dialects.slots import Fields

ROLES: dict[str, str] = {"user": "user", "assistant": "assistant", "system": "system"}
BLOCK_ROLES: dict[str, str] = {"tool_result": "tool", "tool_use": "assistant", "search_result": "tool"}
DEFINITIONS = frozenset({"tools", "tool_choice", "output_format", "output_config"})

_REQUEST = """
    model max_tokens messages system stream temperature top_p top_k stop_sequences metadata user_id tools tool_choice
    disable_parallel_tool_use thinking budget_tokens display service_tier container mcp_servers context_management
    edits trigger keep clear_at_least exclude_tools clear_tool_inputs output_config effort format schema output_format
    betas diagnostics prefill inference_geo speed authorization_token url name server_name tool_configuration
    allowed_tools enabled max_uses allowed_domains blocked_domains user_location city region country timezone strict
    input_schema input_examples defer_loading allowed_callers eager_input_streaming display_width_px display_height_px
    skills
"""
_BLOCK = """
    role content type text citations cache_control ttl source media_type data file_id title context id input
    tool_use_id is_error signature thinking cited_text document_index document_title start_char_index end_char_index
    start_page_number end_page_number start_block_index end_block_index encrypted_content encrypted_index
    encrypted_stdout page_age retrieved_at error_code stdout stderr return_code file_type num_lines start_line
    total_lines is_file_update lines old_start old_lines new_start new_lines tool_references tool_name caller tool_id
    search_result_index description
"""
_SCHEMA = """
    properties required items enum const default anyOf allOf oneOf not $ref $defs definitions additionalProperties
    patternProperties minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength minItems maxItems
    uniqueItems pattern examples nullable
"""
_ANSWER = """
    stop_reason stop_sequence stop_details usage input_tokens output_tokens cache_creation_input_tokens
    cache_read_input_tokens cache_creation ephemeral_5m_input_tokens ephemeral_1h_input_tokens server_tool_use
    web_search_requests web_fetch_requests output_tokens_details thinking_tokens expires_at applied_edits isthmus
    iterations category explanation message index delta content_block partial_json citation
"""
_WORDS = """
    user assistant system message text image document thinking redacted_thinking tool_use tool_result server_tool_use
    web_search_tool_result web_fetch_tool_result code_execution_tool_result bash_code_execution_tool_result
    text_editor_code_execution_tool_result tool_search_tool_result mcp_tool_use mcp_tool_result container_upload
    search_result compaction web_search_result web_fetch_result code_execution_result base64 url file content
    char_location page_location content_block_location web_search_result_location search_result_location ephemeral
    5m 1h auto any tool none enabled disabled adaptive omitted summarized custom json_schema low medium high xhigh
    max standard priority batch standard_only fast approximate object string number integer boolean array null direct
    text/plain application/pdf image/png image/jpeg image/gif image/webp end_turn max_tokens stop_sequence
    pause_turn refusal model_context_window_exceeded tool_reference text_delta thinking_delta input_json_delta
    signature_delta citations_delta global us
"""
_WORD_FIELDS = "role type media_type ttl effort service_tier stop_reason display speed inference_geo"

FIELDS = Fields(
    keys=frozenset(f"{_REQUEST} {_BLOCK} {_SCHEMA} {_ANSWER}".split()),
    words=frozenset(_WORDS.split()),
    kinds={
        **dict.fromkeys(_WORD_FIELDS.split(), "word"),
        **dict.fromkeys(("id", "tool_use_id", "file_id", "container", "tool_id"), "id"),
        **dict.fromkeys(("signature", "data", "encrypted_content", "encrypted_index", "encrypted_stdout"), "opaque"),
    },
    media_types={"image": "image", "document": "file", "container_upload": "file", "text": ""},
)
# a file that may not leave as it is
FILE_TEXT = FileText(
    text={"type": "text", "media_type": "text/plain"},
    member="data",
    within="source",
    drops=frozenset(("type", "media_type", "data")),
    types=frozenset(("document",)),
)
