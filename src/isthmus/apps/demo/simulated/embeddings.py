"""The far side of embeddings, simulated: a short vector made of a text's digest, in OpenAI's form and in Gemini's."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

Node = dict[str, Any]
WIDTH = 8


def embedded(path: str, body: Node) -> Node | None:
    """The answer to a request for embeddings; None where the path asks for something else."""
    if path.endswith("/embeddings"):
        return _openai(body)
    if path.endswith(":embedContent"):
        return {"embedding": {"values": vector(json.dumps(body["content"]), body.get("outputDimensionality"))}}
    if path.endswith(":batchEmbedContents"):
        rows = [(json.dumps(row["content"]), row.get("outputDimensionality")) for row in body["requests"]]
        return {"embeddings": [{"values": vector(text, width)} for text, width in rows]}
    return None


def vector(text: str, width: Any = None) -> list[float]:
    """The same text gives the same vector."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return [digest[place % 32] / 256 for place in range(width or WIDTH)]


def _openai(body: Node) -> Node:
    given = body["input"]
    rows = given if isinstance(given, list) and not isinstance(given[0], int) else [given]
    vectors = [vector(json.dumps(row), body.get("dimensions")) for row in rows]
    packed = body.get("encoding_format") == "base64"
    shown: list[Any] = [base64.b64encode(struct.pack(f"<{len(v)}f", *v)).decode() if packed else v for v in vectors]
    data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(shown)]
    tokens = max(1, len(json.dumps(given)) // 4)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": f"{body['model']} (simulated)", "usage": usage}
