"""The closed list of Gemini: which names, words, ids and opaque state belong to the protocol.

Source: the public API reference of Google. A name that is missing here costs nothing but a scan of it.
"""

from __future__ import annotations

import re

from isthmus.dialects.attached import FileText
from isthmus.dialects.slots import Fields

ROLES: dict[str, str] = {"user": "user", "model": "assistant", "system": "system", "function": "tool"}
DEFINITIONS = frozenset({"tools", "toolConfig", "generationConfig"})
_SNAKE = re.compile("(?<=[a-z0-9])([A-Z])")

_REQUEST = """
    contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels
    generateContentRequest model category threshold functionDeclarations functionCallingConfig mode
    allowedFunctionNames googleSearch googleSearchRetrieval codeExecution urlContext googleMaps fileSearch computerUse
    retrievalConfig temperature topP topK candidateCount maxOutputTokens stopSequences responseMimeType responseSchema
    responseJsonSchema presencePenalty frequencyPenalty seed responseLogprobs logprobs thinkingConfig thinkingBudget
    includeThoughts thinkingLevel responseModalities speechConfig voiceConfig mediaResolution imageConfig aspectRatio
    audioTimestamp enableAffectiveDialog routingConfig streamFunctionCallArguments serviceTier
"""
_PART = """
    role parts text thought thoughtSignature inlineData mimeType data displayName fileData fileUri functionCall name
    args id partialArgs jsonPath stringValue numberValue boolValue nullValue willContinue functionResponse response
    scheduling executableCode language code codeExecutionResult outcome output videoMetadata startOffset endOffset fps
    partMetadata toolCall toolResponse result error
"""
_SCHEMA = """
    description parameters parametersJsonSchema behavior type format title nullable enum items properties required
    propertyOrdering minimum maximum minItems maxItems minLength maxLength minProperties maxProperties pattern anyOf
    oneOf allOf default example examples const additionalProperties $ref $defs definitions
"""
_ANSWER = """
    candidates content finishReason finishMessage index safetyRatings probability blocked severity probabilityScore
    severityScore citationMetadata citationSources citations startIndex endIndex uri license publicationDate
    groundingMetadata groundingChunks web domain groundingSupports segment partIndex groundingChunkIndices
    confidenceScores webSearchQueries searchEntryPoint renderedContent sdkBlob retrievalMetadata
    googleSearchDynamicRetrievalScore urlContextMetadata urlMetadata retrievedUrl urlRetrievalStatus avgLogprobs
    logprobsResult topCandidates chosenCandidates token tokenId logProbability tokenCount promptFeedback blockReason
    blockReasonMessage usageMetadata promptTokenCount candidatesTokenCount totalTokenCount thoughtsTokenCount
    cachedContentTokenCount toolUsePromptTokenCount promptTokensDetails candidatesTokensDetails cacheTokensDetails
    toolUsePromptTokensDetails modality trafficType modelVersion responseId createTime isthmus modelStatus
"""
_WORDS = """
    user model system function AUTO ANY NONE VALIDATED MODE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL
    TYPE_UNSPECIFIED string number integer boolean array object null enum date-time int32 int64 float double text/plain
    text/x.enum application/json application/pdf image/png image/jpeg image/webp image/gif image/heic image/heif
    audio/wav audio/mp3 audio/mpeg audio/aac audio/ogg audio/flac video/mp4 video/mpeg video/quicktime video/webm TEXT
    IMAGE AUDIO VIDEO DOCUMENT LOW MEDIUM HIGH MINIMAL THINKING_LEVEL_UNSPECIFIED STOP MAX_TOKENS SAFETY RECITATION
    LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL IMAGE_SAFETY UNEXPECTED_TOOL_CALL
    FINISH_REASON_UNSPECIFIED NEGLIGIBLE HARM_CATEGORY_HARASSMENT HARM_CATEGORY_HATE_SPEECH
    HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_DANGEROUS_CONTENT HARM_CATEGORY_CIVIC_INTEGRITY BLOCK_NONE
    BLOCK_ONLY_HIGH BLOCK_MEDIUM_AND_ABOVE BLOCK_LOW_AND_ABOVE OFF PYTHON OUTCOME_OK OUTCOME_FAILED
    MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH PROVISIONED_THROUGHPUT ON_DEMAND NULL_VALUE
"""
_WORD_FIELDS = """
    role mode type format mimeType responseMimeType finishReason category threshold probability severity modality
    responseModalities thinkingLevel mediaResolution language outcome blockReason trafficType nullValue
"""


def snake(name: str) -> str:
    """The other spelling of a name that the API takes."""
    return _SNAKE.sub(lambda found: f"_{found[1].lower()}", name)


def _both(names: str) -> list[str]:
    return [spelt for name in names.split() for spelt in (name, snake(name))]


FIELDS = Fields(
    keys=frozenset(_both(f"{_REQUEST} {_PART} {_SCHEMA} {_ANSWER}")),
    words=frozenset(_WORDS.split()),
    kinds={
        **dict.fromkeys(_both(_WORD_FIELDS), "word"),
        **dict.fromkeys(("id", *_both("responseId")), "id"),
        **dict.fromkeys(_both("thoughtSignature data sdkBlob"), "opaque"),
    },
    media=dict.fromkeys(_both("inlineData fileData"), "file"),
)
# a file that may not leave as it is
FILE_TEXT = FileText(
    text={},
    drops=frozenset(_both("inlineData videoMetadata mediaResolution")),
    not_below=frozenset(_both("functionResponse systemInstruction")),
)
