"""What each pair of dialects does with every field: carried, refused, or left out by declared name.

The lists are data: the code checks against them, the documentation prints them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.anthropic.fields import FIELDS as MESSAGES
from isthmus.dialects.openai_chat.fields import FIELDS as CHAT
from isthmus.dialects.pointers import escape
from isthmus.dialects.strict_json import shown
from isthmus.errors import MalformedError


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """From the dialect of a client to that of a deployment, by top-level field of the request.

    `carried` fields mean the same there, `refused` would change what was asked (the value is the remedy), `declared`
    are hints that are left out and named. `neutral` are values that ask for nothing: such a field is never refused.
    """

    client: str
    upstream: str
    carried: frozenset[str]
    refused: dict[str, str]
    declared: frozenset[str]
    neutral: dict[str, tuple[Any, ...]] = {}


_CHAT_CARRIED = """
    model messages stream stream_options tools tool_choice parallel_tool_calls response_format stop
    max_tokens max_completion_tokens temperature top_p top_k user reasoning_effort
"""
_CHAT_DECLARED = """
    seed metadata store prompt_cache_key prompt_cache_retention safety_identifier service_tier prediction
    verbosity
"""
_MESSAGES_CARRIED = """
    model messages system stream tools tool_choice stop_sequences max_tokens temperature top_p metadata
    output_config output_format
"""
_MESSAGES_DECLARED = """
    top_k thinking service_tier context_management inference_geo speed
"""

CHAT_TO_MESSAGES = Pair(
    client="openai_chat",
    upstream="anthropic",
    carried=frozenset(_CHAT_CARRIED.split()),
    refused={
        "n": "ask for one choice at a time",
        "functions": "send `tools`",
        "function_call": "send `tool_choice`",
        "logprobs": "use a deployment that gives log probabilities",
        "top_logprobs": "use a deployment that gives log probabilities",
        "logit_bias": "leave it out",
        "presence_penalty": "leave it out",
        "frequency_penalty": "leave it out",
        "audio": "ask for text",
        "modalities": "ask for text",
        "web_search_options": "use a deployment with web search",
    },
    declared=frozenset(_CHAT_DECLARED.split()),
    neutral={
        "n": (1,),
        "presence_penalty": (0,),
        "frequency_penalty": (0,),
        "logprobs": (False,),
        "logit_bias": ({},),
        "modalities": (["text"],),
    },
)

MESSAGES_TO_CHAT = Pair(
    client="anthropic",
    upstream="openai_chat",
    carried=frozenset(_MESSAGES_CARRIED.split()),
    refused={
        "mcp_servers": "let the client call its servers as tools",
        "container": "use a deployment of this dialect",
    },
    declared=frozenset(_MESSAGES_DECLARED.split()),
)


def sift(pair: Pair, body: dict[str, Any]) -> list[str]:
    """The declared fields of a request; raises `MalformedError` for a refused field and for one on no list."""
    declared = []
    for name, value in body.items():
        if value is None or name in pair.carried or value in pair.neutral.get(name, ()):
            continue
        if name in pair.declared:
            declared.append(name)
            continue
        remedy = pair.refused.get(name, "leave it out, or use a deployment that speaks your dialect")
        raise refused(shown(f"/{escape(name)}", CHAT.keys | MESSAGES.keys), remedy)
    return declared


def refused(where: str, remedy: str) -> MalformedError:
    """The error of what a deployment in another dialect cannot be asked."""
    return MalformedError(
        "the chosen deployment speaks another dialect, which cannot carry this", where=where, remedy=remedy
    )
