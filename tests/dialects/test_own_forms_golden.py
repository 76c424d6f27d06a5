"""Golden files of the vendors' own forms: each request of a client as they get it, each of their answers as clients do.

Requests are those `given` for the pairs; `own/given/<form>/answer.<case>.json` and `stream.<case>.txt` are written by
hand as the vendors write them. `own/<client>-<form>.json` holds what comes of them, a case a line. The judges of
requests are the simulated services, and for Converse Amazon's own service model.

To renew the expected files after a change that is meant: `python -m tests.dialects.test_own_forms_golden`, and read the
difference line by line.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from tests.dialects.oracles import events, said
from tests.dialects.test_pairs_golden import REQUESTS

from isthmus.apps.demo.simulated import cohere, converse, dashscope, hunyuan, ollama
from isthmus.dialects.known import DIALECTS, OWN
from isthmus.dialects.pairs import OWN_PAIRS, translate_answer, translate_request, translate_stream
from isthmus.errors import MalformedError, UpstreamError

FOLDER = Path(__file__).parent / "golden" / "own"
Node = dict[str, Any]
CHECKS = {
    "cohere": cohere.FORM.check,
    "ollama": ollama.FORM.check,
    "dashscope": dashscope.FORM.check,
    "dashscope_multimodal": dashscope.MULTIMODAL.check,
    "hunyuan": hunyuan.FORM.check,
    "bedrock": converse.FORM.check,
}
ANSWERS = {form: sorted((FOLDER / "given" / form).glob("answer.*.json")) for form in OWN}
STREAMS = {form: sorted((FOLDER / "given" / form).glob("stream.*.txt")) for form in OWN}
ASKED = [(client, form, case) for client, form in OWN_PAIRS for case in REQUESTS if client in REQUESTS[case]]
GIVEN = [(client, form, file.name.split(".")[1]) for client, form in OWN_PAIRS for file in ANSWERS[form]]
STREAMED = [(client, form, file.name.split(".")[1]) for client, form in OWN_PAIRS for file in STREAMS[form]]


def request_of(client: str, form: str, case: str) -> Node:
    """What becomes of a request; it was read by its own dialect before."""
    named: Node = {"model": "m", "stream": False} if client == "gemini" else {}
    read = DIALECTS[client].read_request(json.dumps(REQUESTS[case][client]).encode(), depth=64, **named)
    try:
        made, lost = translate_request(OWN_PAIRS[client, form], read.body, max_tokens=99, reasons=True)
    except MalformedError as error:
        return {"refused": error.where, "remedy": error.remedy}
    return {"body": made, "lost": list(lost)}


def answer_of(client: str, form: str, case: str) -> Node:
    """What becomes of a whole answer."""
    data = (FOLDER / "given" / form / f"answer.{case}.json").read_bytes()
    try:
        made, lost = translate_answer(OWN_PAIRS[client, form], OWN[form].read_answer(data).body, created=5)
    except UpstreamError as error:
        return {"broken": error.message}
    return {"body": made, "lost": list(lost)}


def stream_of(client: str, form: str, case: str, *, step: int = 0) -> tuple[bytes, list[str], str]:
    """What becomes of a stream, given in pieces of `step` bytes (0: at once), and what is wrong with it at its end."""
    data = (FOLDER / "given" / form / f"stream.{case}.txt").read_bytes()
    stream = translate_stream(OWN_PAIRS[client, form], created=5)
    pieces = [data[at : at + step] for at in range(0, len(data), step)] if step else [data]
    out = b""
    try:
        for piece in pieces:
            out += stream.feed(piece)
        out += stream.end()
    except UpstreamError as error:
        return out, sorted(stream.declared), error.message
    return out, sorted(stream.declared), ""


def outcome(client: str, form: str) -> Node:
    """All that a golden file holds."""
    found: Node = {}
    for one, other, case in ASKED:
        if (one, other) == (client, form):
            found[f"request {case}"] = request_of(client, form, case)
    for one, other, case in GIVEN:
        if (one, other) == (client, form):
            found[f"answer {case}"] = answer_of(client, form, case)
    for one, other, case in STREAMED:
        if (one, other) == (client, form):
            out, lost, wrong = stream_of(client, form, case)
            found[f"stream {case}"] = {"events": list(events(out)), "lost": lost, "broken": wrong}
    return found


def file_of(client: str, form: str) -> Path:
    return FOLDER / f"{client}-{form}.json"


@cache
def expected(client: str, form: str) -> Node:
    found: Node = json.loads(file_of(client, form).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("client", "form"), OWN_PAIRS)
def test_what_becomes_of_it_is_what_is_expected(client: str, form: str):
    made = outcome(client, form)
    assert made.keys() == expected(client, form).keys()
    for case, node in made.items():
        assert node == expected(client, form)[case], case


def test_no_golden_file_is_left_over():
    assert sorted(FOLDER.glob("*.json")) == sorted(file_of(*pair) for pair in OWN_PAIRS)


@cache
def converse_shape() -> Any:
    model = ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2"), "bedrock-runtime")
    return model.operation_model("Converse").input_shape


@pytest.mark.parametrize(("client", "form", "case"), ASKED)
def test_the_service_would_take_the_request(client: str, form: str, case: str):
    made = request_of(client, form, case)
    if "refused" in made:
        assert made["refused"].startswith("/"), "it says where"
        assert made["remedy"]
        return
    sent = json.loads(OWN[form].write_request(made["body"], model="m"))
    assert not CHECKS[form](sent)
    if form == "bedrock":
        report = ParamValidator().validate({"modelId": "m", **sent}, converse_shape())
        assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("form", OWN)
def test_every_client_reads_the_same_answer(form: str):
    for file in ANSWERS[form]:
        case = file.name.split(".")[1]
        made = {client: answer_of(client, form, case) for client in DIALECTS}
        broken = {each.get("broken") for each in made.values()}
        assert len(broken) == 1, case
        if broken == {None}:
            read = [said(client, each["body"]) for client, each in made.items()]
            for name in ("text", "reasoning", "finish"):
                assert len({str(each[name]) for each in read}) == 1, (case, name)
            assert len({str([call[1:] for call in each["calls"]]) for each in read}) == 1, case


@pytest.mark.parametrize(("client", "form", "case"), STREAMED)
def test_however_it_is_cut_the_stream_is_the_same(client: str, form: str, case: str):
    assert stream_of(client, form, case, step=3) == stream_of(client, form, case)


def main() -> None:
    """Write the expected files anew."""
    for client, form in OWN_PAIRS:
        rows = [f" {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in outcome(client, form).items()]
        file_of(client, form).write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
