"""The far side of reranking, simulated: documents by the signs that they share with the query."""

from __future__ import annotations

import json
from typing import Any

Node = dict[str, Any]


def reranked(path: str, body: Node) -> Node | None:
    """The answer to a request for an order of documents; None where the path asks for something else."""
    if not path.endswith("/rerank"):
        return None
    query = set(body["query"])
    texts = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in body["documents"]]
    scores = [len(query & set(text)) / max(1, len(query)) for text in texts]
    order = sorted(range(len(texts)), key=lambda place: -scores[place])[: body.get("top_n") or len(texts)]
    results = [
        {"index": place, "relevance_score": scores[place], "document": {"text": texts[place]}} for place in order
    ]
    tokens = max(1, len(json.dumps(body)) // 4)
    return {
        "id": "sim",
        "model": f"{body['model']} (simulated)",
        "results": results,
        "usage": {"total_tokens": tokens},
    }
