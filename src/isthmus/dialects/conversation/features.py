"""Everything that can get lost between two dialects: the one list that code checks against and documentation prints.

A dialect says which features its requests can express. What a client asks for and the deployment's dialect cannot
express is *refused* where leaving it out would change what was asked, with the remedy; a mere hint is *declared*: left
out, and named.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Policy = Literal["refused", "declared"]
OTHER = "use a deployment that speaks your dialect"


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a request may ask for."""

    id: str
    policy: Policy
    remedy: str = ""


def _refused(name: str, remedy: str) -> Feature:
    return Feature(id=name, policy="refused", remedy=remedy)


def _declared(*names: str) -> list[Feature]:
    return [Feature(id=name, policy="declared", remedy="") for name in names]


_ALL = [
    _refused("choices", "ask for one choice at a time"),
    _refused("stop", "leave the stop sequences out, or use a deployment that takes them"),
    _refused("presence_penalty", "leave it out"),
    _refused("frequency_penalty", "leave it out"),
    _refused("logit_bias", "leave it out"),
    _refused("logprobs", "use a deployment that gives log probabilities"),
    _refused("top_logprobs", "use a deployment that gives log probabilities"),
    _refused("warm", "ask for a temperature of at most 1"),
    _refused("json_form", "send a JSON schema"),
    _refused("functions", "send `tools`"),
    _refused("custom_tools", "offer functions only"),
    _refused("own_tools", "offer tools of your own only"),
    _refused("some_tools", "choose auto, none, any or one tool"),
    _refused("any_tool", "let the model choose whether it calls a tool"),
    _refused("one_tool", "offer that tool alone"),
    _refused("no_tool", "leave the tools out, or allow them"),
    _refused("one_at_a_time", "allow parallel calls"),
    _refused("system_midway", "put system messages before the others"),
    _refused("image_url", "send the image by its data"),
    _refused("file_url", "send the file by its data"),
    _refused("file_id", "send the data itself"),
    _refused("audio", "send text, images and files"),
    _refused("video", "send text, images and files"),
    _refused("result_media", "send the results of tools as text"),
    _refused("arguments_text", "send a JSON object in the arguments"),
    _refused("block", "send text, images, files and calls of your own tools"),
    _refused("prefix", "end with a message of the user"),
    _refused("partial", "end with a message of the user"),
    _refused("conversation", "send the whole conversation"),
    _refused("output_media", "ask for text"),
    *_declared(
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "seed",
        "user",
        "metadata",
        "store",
        "service_tier",
        "cache_key",
        "cache_retention",
    ),
    *_declared("safety_identifier", "prediction", "verbosity", "effort", "thinking_budget", "thinking_shown"),
    *_declared("include", "truncation", "context_management", "inference_geo", "speed", "safety_settings", "labels"),
    *_declared("cache_control", "citations", "context", "title", "detail", "strict", "name", "is_error", "examples"),
    *_declared("reasoning", "signature", "max_tool_calls", "hint"),
]
FEATURES: dict[str, Feature] = {feature.id: feature for feature in _ALL}
