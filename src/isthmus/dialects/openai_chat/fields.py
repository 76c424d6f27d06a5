"""The closed list of Chat Completions: which names, words, ids and opaque state belong to the protocol.

Source: the public API reference of OpenAI, and what DashScope, DeepSeek, Zhipu, Moonshot, vLLM and OpenRouter add.
A name that is missing here costs nothing but a scan of it.
"""

from __future__ import annotations

from isthmus.dialects.attached import FileText
from isthmus.dialects.slots import Fields

ROLES: dict[str, str] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
DEFINITIONS = frozenset({"tools", "functions", "response_format", "tool_choice", "function_call"})

_REQUEST = """
    messages model stream stream_options include_usage include_obfuscation tools tool_choice parallel_tool_calls
    functions function_call response_format json_schema strict temperature top_p top_k min_p n stop max_tokens
    max_completion_tokens presence_penalty frequency_penalty repetition_penalty seed user safety_identifier
    prompt_cache_key prompt_cache_retention metadata store logprobs top_logprobs logit_bias service_tier modalities
    audio voice format prediction reasoning_effort verbosity web_search_options user_location approximate
    search_context_size enable_thinking thinking thinking_budget enable_search search_options chat_template_kwargs
    extra_body reasoning effort exclude provider transforms route plugins do_sample request_id tool_stream
"""
_MESSAGE = """
    role content name refusal tool_calls tool_call_id reasoning_content prefix partial function arguments id index
    type text image_url url detail input_audio data file file_data file_id filename video video_url image audio_url
    fps min_pixels max_pixels cache_control ttl annotations url_citation title start_index end_index expires_at
    transcript reasoning_details signature thought_signature encrypted_content extra_content google
"""
_SCHEMA = """
    description parameters schema properties required items enum const default anyOf allOf oneOf not $ref $defs
    definitions additionalProperties patternProperties minimum maximum exclusiveMinimum exclusiveMaximum minLength
    maxLength minItems maxItems uniqueItems pattern examples nullable custom grammar syntax definition
"""
_ANSWER = """
    object created choices delta message finish_reason usage prompt_tokens completion_tokens total_tokens
    prompt_tokens_details completion_tokens_details cached_tokens audio_tokens reasoning_tokens image_tokens
    text_tokens accepted_prediction_tokens rejected_prediction_tokens prompt_cache_hit_tokens
    prompt_cache_miss_tokens system_fingerprint token logprob bytes obfuscation native_finish_reason stop_reason
    prompt_filter_results content_filter_results matched_stop prompt_logprobs prompt_token_ids token_ids
    kv_transfer_params isthmus
"""
_WORDS = """
    system developer user assistant tool function text image_url input_audio file video video_url audio_url image
    audio refusal thinking json_object json_schema custom grammar lark regex auto none required allowed_tools any
    minimal low medium high max xhigh default flex priority scale standard performance wav mp3 flac opus pcm pcm16
    aac in_memory 24h ephemeral 5m 1h object string number integer boolean array null enabled disabled stop length
    tool_calls function_call content_filter approximate url_citation content chat.completion chat.completion.chunk
    reasoning.text reasoning.summary reasoning.encrypted safe
"""

_WORD_FIELDS = """
    role type tool_choice function_call reasoning_effort effort verbosity service_tier detail format modalities
    search_context_size prompt_cache_retention ttl finish_reason object syntax mode native_finish_reason severity
"""

FIELDS = Fields(
    keys=frozenset(f"{_REQUEST} {_MESSAGE} {_SCHEMA} {_ANSWER}".split()),
    words=frozenset(_WORDS.split()),
    kinds={
        **dict.fromkeys(_WORD_FIELDS.split(), "word"),
        **dict.fromkeys(("id", "tool_call_id", "file_id", "request_id"), "id"),
        **dict.fromkeys(("signature", "thought_signature", "encrypted_content", "data"), "opaque"),
    },
    media={
        "image_url": "image",
        "image": "image",
        "input_audio": "audio",
        "audio_url": "audio",
        "audio": "audio",
        "video_url": "video",
        "video": "video",
        "file": "file",
    },
)
# a file that may not leave as it is
FILE_TEXT = FileText(text={"type": "text"}, drops=frozenset(("type", "file")), types=frozenset(("file",)))
