"""A seller that an operator adds as one file in a folder of their own is called through the gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.errors import ConfigError
from isthmus.gateway import build

SELLER = """
id: corner_shop
name: {en: Corner shop, zh: 街角小店}
ecosystem: abroad
endpoints:
  - id: main
    access:
      base_url: "BASE/v1"
      dialects: [{dialect: openai_chat, path: /chat/completions}]
      source: the shop's own page
      verified_at: 2026-11-25
      confidence: low
      review_by: 2099-01-01
    control:
      operator: {name: Corner shop, country: de}
      recipient: {id: group-de, name: Group, country: de}
      owner: {name: Corner shop, country: de}
      hosted_in: [de]
      accessible_from: []
      source: the contract
      verified_at: 2026-11-25
      confidence: high
      review_by: 2099-01-01
    terms:
      trains_on_inputs: false
      source: the contract
      verified_at: 2026-11-25
      confidence: high
      review_by: 2099-01-01
    models:
      - id: small
        weights_from: de
        source: the shop's own page
        verified_at: 2026-11-25
        confidence: low
        review_by: 2099-01-01
        tariffs:
          - currency: CNY
            tiers: [{input: "2", output: "6"}]
            source: the shop's own page
            verified_at: 2026-11-25
            confidence: low
            review_by: 2099-01-01
"""
DEPLOYMENT = '  - {id: shop, provider: corner_shop, endpoint: main, model: small, credential: "file:shop.txt"}\n'


def added(house, seller: str) -> None:
    """A folder of sellers with this one, and a deployment of it."""
    folder: Path = house.folder / "sellers"
    folder.mkdir()
    (folder / "corner_shop.yaml").write_text(seller, encoding="utf-8")
    (house.folder / "shop.txt").write_text("the-shops-key", encoding="utf-8")
    text = house.config.read_text(encoding="utf-8").replace("aliases:", f"{DEPLOYMENT}aliases:", 1)
    house.config.write_text(f"providers: [{folder.name}]\n{text}", encoding="utf-8")


async def test_a_seller_from_a_folder_is_called_by_its_own_facts(house):
    base = house.ecosystems.base_url("mistral-frankfurt").removesuffix("/v1")
    added(house, SELLER.replace("BASE", base))
    await house.gateway.close()
    house.gateway = await build(str(house.config))
    answer = await house.chat("hello", "corner_shop/small")
    assert answer.status == 200, answer.body
    assert answer.headers["x-isthmus-deployment"] == "shop"
    assert answer.headers["x-isthmus-cost"].endswith("CNY"), "its own tariff priced the call"
    (received,) = house.ecosystems.received("mistral-frankfurt")
    assert received.headers["authorization"] == "Bearer the-shops-key"
    assert received.json()["model"] == "small"


async def test_a_file_that_is_wrong_names_its_line(house):
    wrong = SELLER.replace("BASE", "https://shop.example").replace("confidence: low", "confidence: certain", 1)
    added(house, wrong)
    with pytest.raises(ConfigError) as caught:
        await build(str(house.config))
    assert any("corner_shop.yaml:" in str(problem) for problem in caught.value.problems), caught.value.problems
