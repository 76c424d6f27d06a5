"""Apart from recorded edits the far side receives JSON equal to what the client sent, whatever nobody knows in it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.gateway.conftest import House

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.apps.demo.simulated.deployments import DEPLOYMENTS
from isthmus.dialects.openai_chat.fields import FIELDS
from isthmus.gateway import build

RESIDENT_ID, MOBILE, NAME = "11010519491231002X", "13912345678", "周建国"
IDENTIFIERS = (RESIDENT_ID, MOBILE, NAME)
PSEUDONYM = r"[A-Za-z一-鿿 ]+-[0-9A-Z]{4,8}"
OURS = {"model", "messages", "stream", "isthmus", *FIELDS.keys}

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
unknown = st.dictionaries(texts.filter(lambda name: name not in OURS), plain, max_size=3)
said = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "system", "assistant", "developer"]), "content": texts}),
    min_size=1,
    max_size=3,
).map(lambda messages: {"messages": messages})
known = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "seed": st.integers(-(2**63), 2**63 - 1),
        "stop": st.one_of(st.none(), texts, st.lists(texts, max_size=2)),
        "user": texts,
        "metadata": st.dictionaries(texts, texts, max_size=2),
        "logit_bias": st.dictionaries(st.from_regex(r"\A[0-9]{1,5}\Z"), st.integers(-100, 100), max_size=2),
        "max_tokens": st.integers(1, 100),
    },
)
sent_as = st.sampled_from(
    [{"ensure_ascii": False}, {"ensure_ascii": True}, {"indent": 1}, {"separators": (",", ":"), "ensure_ascii": False}]
)


class Loop:
    """A house that serves many examples of a synchronous test, each until it is answered."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        self._runner = runner
        self._house = house

    def sent(self, body: dict[str, Any], deployment: str, form: dict[str, Any]) -> Any:
        """What reached the deployment for this body."""
        before = self._house.ecosystems.count(deployment)
        data = json.dumps(body, **form).encode()
        answer = self._runner.run(self._house.ask(data))
        assert answer.status == 200, answer.body
        assert self._house.ecosystems.count(deployment) == before + 1
        return json.loads(self._house.ecosystems.received(deployment)[-1].body)


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    with asyncio.Runner() as runner:
        ecosystems = Ecosystems(msgspec.structs.replace(row, latency_s=0, gap_s=0) for row in DEPLOYMENTS)
        runner.run(ecosystems.start())
        house = House(tmp_path_factory.mktemp("round"), ecosystems)
        house.write()
        house.gateway = runner.run(build(str(house.config)))
        yield Loop(runner, house)
        runner.run(house.gateway.close())
        runner.run(ecosystems.close())


def canonical(value: Any) -> str:
    """JSON that tells 1 from 1.0 and from true."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def joined(*parts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def chat(content: str, **unknown: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}], **unknown}


@settings(max_examples=100, deadline=None)
@given(
    body=st.builds(lambda *parts: {k: v for part in parts for k, v in part.items()}, said, known, unknown), form=sent_as
)
@example(body=chat("", x=2**63), form={})
@example(body=chat("", x=[-(2**70), 10**300, 1e22, 5e-324]), form={})
@example(body=chat("\0", **{"": {"~": {"/": -0.0}}}), form={})
def test_at_home_it_arrives_as_it_was_sent(loop: Loop, body: dict[str, Any], form: dict[str, Any]) -> None:
    """But for the model's name there, and our own object, which never leaves."""
    sent = {"model": "home", "isthmus": {"purpose": "drafting"}, **body}
    assert canonical(loop.sent(sent, "qwen-beijing", form)) == canonical({**body, "model": "m-home"})


@settings(max_examples=60, deadline=None)
@given(said=said, unknown=unknown, options=st.one_of(st.none(), unknown, st.just({"include_usage": False})))
def test_a_stream_is_asked_for_its_usage_and_for_nothing_else(
    loop: Loop, said: dict[str, Any], unknown: dict[str, Any], options: dict[str, Any] | None
) -> None:
    body = {"model": "home", **said, "stream": True, **unknown}
    stated = {} if options is None else {"stream_options": options}
    asked = {"stream_options": {**(options or {}), "include_usage": True}}
    arrived = loop.sent({**body, **stated}, "qwen-beijing", {})
    assert canonical(arrived) == canonical({**body, "model": "m-home", **asked})


@st.composite
def marked(draw: st.DrawFn) -> str:
    """Text with identifiers in it, each apart from what stands beside it."""
    parts = draw(st.lists(st.one_of(st.sampled_from(IDENTIFIERS), st.sampled_from(["hello", "你好", "\n"]), texts)))
    return "，".join(parts)


personal = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), marked()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c"]), inner)),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(first=marked(), name=st.sampled_from(IDENTIFIERS), unknown=personal, form=sent_as)
def test_abroad_it_differs_in_the_pseudonyms_alone(loop: Loop, first: str, name: str, unknown: Any, form: Any) -> None:
    """Texts, keys and unknown members: each identifier by one pseudonym of its own, and not a letter beside it."""
    body = {
        "model": "abroad",
        "messages": [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": f"{name}，{first}"}],
        "x_unknown": unknown,
        "x_keys": {f"row，{name}": 1},
    }
    arrived = loop.sent(body, "mistral-frankfurt", form)
    seen: dict[str, str] = {}
    same({**body, "model": "m-abroad"}, arrived, seen)
    assert len(set(seen.values())) == len(seen)
    text = json.dumps(arrived, ensure_ascii=False)
    assert not [each for each in IDENTIFIERS if each in text]


def same(sent: Any, arrived: Any, seen: dict[str, str]) -> None:
    """Raise unless the two differ in identifiers alone; `seen` gathers the pseudonym of each."""
    assert type(sent) is type(arrived)
    if isinstance(sent, dict):
        assert len(sent) == len(arrived)
        for (key, value), (other, left) in zip(sent.items(), arrived.items(), strict=True):
            same_text(key, other, seen)
            same(value, left, seen)
    elif isinstance(sent, list):
        assert len(sent) == len(arrived)
        for value, left in zip(sent, arrived, strict=True):
            same(value, left, seen)
    elif isinstance(sent, str):
        same_text(sent, arrived, seen)
    else:
        assert sent == arrived


def same_text(sent: str, arrived: str, seen: dict[str, str]) -> None:
    pieces = re.split(f"({'|'.join(IDENTIFIERS)})", sent)
    pattern = "".join(f"({PSEUDONYM})" if piece in IDENTIFIERS else re.escape(piece) for piece in pieces)
    found = re.fullmatch(pattern, arrived)
    assert found is not None, (sent, arrived)
    for original, pseudonym in zip([piece for piece in pieces if piece in IDENTIFIERS], found.groups(), strict=True):
        assert seen.setdefault(original, pseudonym) == pseudonym
