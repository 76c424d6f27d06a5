"""Which members of a Gemini request's objects `ask_in` reads, in either spelling."""

from __future__ import annotations

from isthmus.dialects.conversation.unread import Shapes, shapes
from isthmus.dialects.gemini.fields import snake

_PART = "text thought thoughtSignature inlineData fileData functionCall functionResponse"
_ROWS = shapes(
    contents__n="role parts",
    contents__n__parts__n=_PART,
    contents__n__parts__n__functionCall="id name args",
    contents__n__parts__n__functionResponse="id name response parts",
    contents__n__parts__n__inlineData="mimeType data displayName",
    contents__n__parts__n__fileData="mimeType fileUri displayName",
    systemInstruction="role parts",
    systemInstruction__parts__n=_PART,
    tools__n="""functionDeclarations googleSearch googleSearchRetrieval codeExecution urlContext googleMaps fileSearch
        computerUse""",
    tools__n__functionDeclarations__n="name description parameters parametersJsonSchema",
    toolConfig="functionCallingConfig",
    toolConfig__functionCallingConfig="mode allowedFunctionNames",
    generationConfig__thinkingConfig="includeThoughts thinkingBudget thinkingLevel",
)


def _spelt(pointer: str) -> list[str]:
    """The pointer in both spellings."""
    other = "/".join(snake(step) for step in pointer.split("/"))
    return [pointer] if other == pointer else [pointer, other]


SHAPES: Shapes = {
    pointer: frozenset(spelt for name in names for spelt in (name, snake(name)))
    for row, names in _ROWS.items()
    for pointer in _spelt(row)
}
