"""Which deployments a name allows, in what order they are tried, and what a caller is told where none is open."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from isthmus.catalogues import JURISDICTIONS
from isthmus.choosing import Chosen, choose_deployments, refuse
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.errors import NotFoundError, RefusedError
from isthmus.exchange import Call, Caller, Money, Scan, Slot, Unscanned
from isthmus.registry.declared import declare
from isthmus.registry.keys import Key
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.steps.decide import Rulebook, load_rulebook
from isthmus.verdicts import Matter, Verdicts

AT = "2026-12-01T04:00:00.000Z"
HOME = "recipient: sh, hosted_in: [cn], accessible_from: [], operator_country: cn, owner_country: cn"
ABROAD = "recipient: far, hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de"
CONFIG = """
rates: rates.yaml
purposes: [{id: drafting, basis: contract}]
entities: [{id: sh, name: Shanghai, jurisdiction: cn, secret: file:secret}]
deployments:
"""
RATES = 'base: USD\ndate: 2026-11-30\nsource: test\nrates: {CNY: "7", EUR: "0.875"}\n'


def row(name: str, where: str = HOME, *, price: str = "", quality: str = "", more: str = "") -> str:
    """A deployment; `price` is input, output and currency."""
    text = (
        f"  - {{id: {name}, provider: self_hosted, endpoint: vllm, model: m-{name}, {where}, trains_on_inputs: false,"
    )
    text += ' base_url: "http://127.0.0.1:9/v1"'
    if price:
        paid, written, currency = price.split()
        text += f', tariffs: [{{currency: {currency}, tiers: [{{input: "{paid}", output: "{written}"}}], source: test,'
        text += " verified_at: 2026-11-25, confidence: low, review_by: 2099-01-01}]"
    if quality:
        text += f", quality: {{value: {quality}, source: test}}"
    return f"{text}{more and f', {more}'}}}\n"


ROWS = (
    row("dear", price="20 60 CNY", quality="0.9")
    + row("cheap", price="2 6 CNY", quality="0.7")
    + row("euro", price="0.8 2.4 EUR", quality="0.8")
    + row("yen", price="1 1 JPY", quality="0.8")
    + row("free", quality="0.95")
    + row("untried", price="1 1 CNY")
    + row("plain", price="1 1 CNY", quality="0.8", more="capabilities: [streaming]")
    + row("far", ABROAD, price="0.1 0.1 CNY", quality="0.9")
)
ALIASES = """
aliases:
  - {id: priced, deployments: [dear, cheap, euro]}
  - {id: unpriced, deployments: [free, yen, dear]}
  - {id: tested, deployments: [untried, cheap], min_quality: 0.5}
  - {id: both, deployments: [far, cheap]}
  - {id: tools, deployments: [plain, cheap]}
"""


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(JURISDICTIONS, today=now()[:10])


@pytest.fixture(scope="module")
def current(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder: Path = tmp_path_factory.mktemp("choosing")
    (folder / "isthmus.yaml").write_text(CONFIG + ROWS + ALIASES, encoding="utf-8")
    (folder / "rates.yaml").write_text(RATES, encoding="utf-8")
    (folder / "secret").write_text("5" * 64, encoding="utf-8")
    return snapshot(declare(read_config(folder / "isthmus.yaml")), [])


class Desk:
    """Chooses for one caller."""

    def __init__(self, rulebook: Rulebook, current: Snapshot) -> None:
        self.verdicts = Verdicts(rulebook, self._no_counts, size=100)
        self.current = current

    @staticmethod
    async def _no_counts(_: Any) -> Any:
        raise AssertionError("no person is in these calls")

    def matter(self, *, unread: bool = False, **more: Any) -> Matter:
        """A clean call, or one with an image that nobody read."""
        chosen = {"purpose": "drafting", "audience": "internal"}
        given: dict[str, Any] = {"key_id": "k", "entity": "sh", "team": "", "chosen": chosen}
        unscanned = (Unscanned(pointer="/x", medium="image", reason="test"),) if unread else ()
        seen = Scan(findings=(), unscanned=unscanned)
        return self.verdicts.matter(self.current, Caller(**given | more), seen, call="c", at=AT)

    async def choose(self, model: str, matter: Matter | None = None, *, needs: str = "", **more: int) -> Chosen:
        given = {"output_tokens": 100, "letters": 400} | more
        slots = (Slot(pointer="/messages/0/content", text="x" * given["letters"], role="user"),)
        call = Call(id="c", at=AT, dialect="openai_chat", model=model, stream=False, body={}, slots=slots)
        return await choose_deployments(
            self.verdicts,
            matter or self.matter(),
            call,
            model=model,
            needs=frozenset(needs.split()),
            output_tokens=given["output_tokens"],
        )


@pytest.fixture
def desk(rulebook: Rulebook, current: Snapshot) -> Desk:
    return Desk(rulebook, current)


def order(chosen: Chosen) -> list[str]:
    return [candidate.deployment for candidate in chosen.choice.order]


@pytest.mark.parametrize("name", ["cheap", "self_hosted/m-cheap", "m-cheap"])
async def test_a_concrete_name_is_that_deployment_alone(desk: Desk, name: str) -> None:
    assert order(await desk.choose(name)) == ["cheap"]


async def test_a_name_that_nothing_has(desk: Desk) -> None:
    with pytest.raises(NotFoundError) as caught:
        await desk.choose("m-nothing")
    assert caught.value.where == "model"
    assert "m-nothing" not in str(caught.value)


async def test_the_cheapest_goes_first_in_one_currency(desk: Desk) -> None:
    chosen = await desk.choose("priced")
    assert order(chosen) == ["cheap", "euro", "dear"]
    assert chosen.costs["euro"] == Money(amount=chosen.costs["euro"].amount, currency="CNY")  # type: ignore[union-attr] # is known
    ratio = {name: cost.amount for name, cost in chosen.costs.items() if cost is not None}
    assert ratio["euro"] / ratio["cheap"] == Decimal("0.8") * 8 / 2


async def test_what_an_answer_may_cost_counts(current: Snapshot, rulebook: Rulebook, tmp_path: Path) -> None:
    """Dear to read and cheap to write, or the other way round: it depends on how much is asked."""
    text = CONFIG + row("reader", price="1 100 CNY") + row("writer", price="50 1 CNY")
    (tmp_path / "isthmus.yaml").write_text(
        f"{text}aliases: [{{id: a, deployments: [reader, writer]}}]", encoding="utf-8"
    )
    (tmp_path / "rates.yaml").write_text(RATES, encoding="utf-8")
    (tmp_path / "secret").write_text("5" * 64, encoding="utf-8")
    desk = Desk(rulebook, snapshot(declare(read_config(tmp_path / "isthmus.yaml")), []))
    assert order(await desk.choose("a", output_tokens=10)) == ["reader", "writer"]
    assert order(await desk.choose("a", output_tokens=10_000)) == ["writer", "reader"]


async def test_a_price_that_is_not_known_comes_last_in_the_listed_order(desk: Desk) -> None:
    """No tariff, or a currency without a rate."""
    chosen = await desk.choose("unpriced")
    assert order(chosen) == ["dear", "free", "yen"]
    assert chosen.costs["free"] is None
    assert chosen.costs["yen"] is None


@pytest.mark.parametrize(
    ("asked", "names", "aside"),
    [
        ("0", ["cheap", "euro", "dear"], {}),
        ("0.7", ["cheap", "euro", "dear"], {}),
        ("0.71", ["euro", "dear"], {"cheap": "below_quality"}),
        ("0.9", ["dear"], {"cheap": "below_quality", "euro": "below_quality"}),
        ("0.91", [], {"cheap": "below_quality", "euro": "below_quality", "dear": "below_quality"}),
    ],
)
async def test_only_what_is_good_enough(desk: Desk, asked: str, names: list[str], aside: dict[str, str]) -> None:
    chosen = await desk.choose("priced", desk.matter(min_quality=Decimal(asked)))
    assert (order(chosen), chosen.choice.aside) == (names, aside)


async def test_an_alias_has_a_floor_of_its_own_and_what_nobody_measured_is_below_it(desk: Desk) -> None:
    chosen = await desk.choose("tested")
    assert (order(chosen), chosen.choice.aside) == (["cheap"], {"untried": "quality_unknown"})
    chosen = await desk.choose("tested", desk.matter(min_quality=Decimal("0.8")))
    assert (order(chosen), chosen.choice.aside) == ([], {"untried": "quality_unknown", "cheap": "below_quality"})
    assert order(await desk.choose("untried")) == ["untried"]


async def test_what_a_model_is_known_not_to_do(desk: Desk) -> None:
    """Where nobody said what a model can do it is tried."""
    chosen = await desk.choose("tools", needs="tools")
    assert (order(chosen), chosen.choice.aside) == (["cheap"], {"plain": "missing_capability"})


async def test_auto_is_every_deployment_that_the_decision_leaves_open(desk: Desk) -> None:
    every = await desk.choose("auto")
    assert set(order(every)) == {"dear", "cheap", "euro", "yen", "free", "untried", "plain", "far"}
    unread = await desk.choose("auto", desk.matter(unread=True))
    assert "far" not in order(unread)
    assert unread.choice.aside == {"far": "refused"}
    assert unread.judgements["far"].decision.verdict in ("review", "deny")


KEY = Key(id="k", entity="sh", hash="0" * 64)


async def test_a_refusal_by_law_names_what_would_be_lawful_for_the_key(desk: Desk) -> None:
    matter = desk.matter(unread=True)
    chosen = await desk.choose("far", matter)
    error = await refuse(desk.verdicts, matter, chosen, model="far", key=KEY)
    assert isinstance(error, RefusedError)
    assert [name for name, _ in error.decisions] == ["far"]
    assert set(error.lawful) == {"dear", "cheap", "euro", "yen", "free", "untried", "plain"}
    narrow = msgspec.structs.replace(KEY, models=("far", "both"))
    error = await refuse(desk.verdicts, matter, chosen, model="far", key=narrow)
    assert isinstance(error, RefusedError)
    assert error.lawful == ("cheap",)


async def test_a_refusal_that_is_not_the_laws_alone_says_so(desk: Desk) -> None:
    """One is forbidden, the other not good enough: asking for less would help, so it is no 451."""
    matter = desk.matter(unread=True, min_quality=Decimal("0.8"))
    chosen = await desk.choose("both", matter)
    assert order(chosen) == []
    error = await refuse(desk.verdicts, matter, chosen, model="both", key=KEY)
    assert isinstance(error, NotFoundError)
    assert "far: refused" in error.message
    assert "cheap: below quality" in error.message
    assert "ask for less quality" in error.remedy
