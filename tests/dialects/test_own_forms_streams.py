"""A stream of a vendor's own form says what its whole answer says, however it is cut; both written by the far side."""

from __future__ import annotations

import json

import pytest

from isthmus.apps.demo.simulated import cohere, converse, dashscope, hunyuan, ollama
from isthmus.apps.demo.simulated.answers import Spoken
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.form import Turn
from isthmus.dialects.known import OWN
from isthmus.dialects.pairs import OWN_PAIRS, translate_stream
from isthmus.dialects.reading import read_stream, read_whole
from isthmus.errors import BrokenReplyError

FORMS = {
    "cohere": cohere.FORM,
    "ollama": ollama.FORM,
    "dashscope": dashscope.FORM,
    "dashscope_multimodal": dashscope.MULTIMODAL,
    "hunyuan": hunyuan.FORM,
    "bedrock": converse.FORM,
}
SAID = {
    "text": Spoken("请联系人员-K7F3Q2。"),
    "thinking": Spoken("好的。", thought="先想一想"),
    "calls": Spoken("", (("find", '{"who": "人员-K7F3Q2"}'), ("find", "{}"))),
    "all": Spoken("好的。", (("find", '{"who": "x"}'),), "先想一想"),
}


def written(form: str, said: Spoken) -> tuple[bytes, bytes]:
    """The whole answer and the stream of it."""
    far, row = FORMS[form], Simulated(id="x", ecosystem="abroad", model="m", cut=(1, 2))
    turn = Turn(row, 7, said, said.thought, 100)
    return json.dumps(far.whole(turn)).encode(), b"".join(far.frame(row, *event) for event in far.events(turn))


@pytest.mark.parametrize("case", SAID)
@pytest.mark.parametrize("form", OWN)
def test_a_stream_says_what_the_whole_answer_says(form, case):
    whole, stream = written(form, SAID[case])
    one, other = read_whole(OWN[form], whole), read_stream(OWN[form], stream)
    assert (one.error, other.error) == (None, None)
    assert one.text == other.text == SAID[case].text
    assert one.usage == other.usage
    assert one.reasoning == other.reasoning
    assert (one.reasoning or "").replace(cohere.PLAN, "") == SAID[case].thought
    for read in (one, other):
        calls = [(call.name, json.loads(call.arguments)) for call in read.tool_calls or ()]
        assert calls == [(name, json.loads(arguments)) for name, arguments in SAID[case].calls]


@pytest.mark.parametrize("form", OWN)
def test_a_stream_cut_at_every_byte_is_the_same(form):
    _, data = written(form, SAID["all"])
    pair = OWN_PAIRS["openai_chat", form]
    at_once = translate_stream(pair, created=5)
    whole = at_once.feed(data) + at_once.end()
    byte_by_byte = translate_stream(pair, created=5)
    assert b"".join(byte_by_byte.feed(data[at : at + 1]) for at in range(len(data))) + byte_by_byte.end() == whole


@pytest.mark.parametrize("form", OWN)
def test_a_stream_that_ends_early_is_broken_wherever_it_ends(form):
    _, data = written(form, SAID["text"])
    for end in range(0, len(data) * 3 // 4, 5):
        stream = translate_stream(OWN_PAIRS["anthropic", form], created=5)
        with pytest.raises(BrokenReplyError):
            _ = stream.feed(data[:end]), stream.end()


def test_a_damaged_event_stream_is_broken():
    _, data = written("bedrock", SAID["text"])
    for at in (0, 5, 9, 14, 30, 90):
        damaged = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        stream = translate_stream(OWN_PAIRS["openai_chat", "bedrock"], created=5)
        with pytest.raises(BrokenReplyError):
            _ = stream.feed(damaged), stream.end()


def test_an_exception_in_an_event_stream_names_its_meaning():
    values = {":exception-type": "throttlingException", ":message-type": "exception"}
    event = converse.message(values, b'{"message":"slow down"}')
    stream = translate_stream(OWN_PAIRS["openai_chat", "bedrock"], created=5)
    with pytest.raises(BrokenReplyError, match="rate_limit throttlingException"):
        stream.feed(event)
