"""The provider catalogue: what is packaged is sound and dated, and a wrong file says all its problems with lines."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from isthmus.cli.providers import groups
from isthmus.errors import CatalogError, ConfigError
from isthmus.registry.offers import Provider, address
from isthmus.registry.providers import load_providers

CATALOGUE = load_providers()
FILING = re.compile(r"^[A-Z][A-Za-z]+-[A-Za-z0-9]+-\d{8}(\d{4})?$")
ALGORITHM = re.compile(r"^网信算备\d{21}号$")
GOOD = """\
id: mine
name: {en: Mine, zh: 自有}
ecosystem: any
endpoints:
  - id: main
    access:
      base_url: https://{resource}.models.example/v1
      dialects: [{dialect: openai_chat, path: /chat/completions}]
      source: contract of 2026-01-01
      verified_at: 2026-01-01
      confidence: high
      review_by: 2026-12-31
"""


def problems(folder: Path, text: str, name: str = "mine.yaml") -> list[str]:
    """What is said of a file, each as `line: message`."""
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_providers(folder)
    return [str(problem).split(f"{name}:")[1] for problem in caught.value.problems]


def test_both_ecosystems_and_self_hosted_servers_are_there() -> None:
    ecosystems = {name: row.ecosystem for name, row in CATALOGUE.rows.items()}
    mainland = {"alibaba", "deepseek", "zhipu", "moonshot", "baidu", "volcengine", "tencent", "minimax", "siliconflow"}
    abroad = {"openai", "anthropic", "google", "azure", "bedrock", "mistral", "xai"}
    assert {name for name in mainland if ecosystems[name] != "mainland"} == set()
    assert {name for name in abroad if ecosystems[name] != "abroad"} == set()
    assert all(endpoint.self_hosted and endpoint.any_model for endpoint in CATALOGUE.rows["self_hosted"].endpoints)


def test_every_fact_was_verified_before_it_is_reviewed_and_prices_are_reviewed_within_a_quarter() -> None:
    for name, row in CATALOGUE.rows.items():
        for path, group in groups(row):
            assert group.verified_at <= datetime.now(UTC).date(), (name, path)
            assert (group.review_by - group.verified_at).days <= (400 if name == "self_hosted" else 270), (name, path)
            if "tariffs" in path or "filings" in path:
                assert (group.review_by - group.verified_at).days <= 90, (name, path)


def test_filing_numbers_have_the_published_form() -> None:
    for row in CATALOGUE.rows.values():
        for filing in row.filings.values():
            assert filing.number is not None
            assert FILING.match(filing.number), filing.number
            assert filing.algorithm is None or ALGORITHM.match(filing.algorithm), filing.algorithm


def test_an_aggregator_lends_no_filing() -> None:
    for name in ("siliconflow", "openrouter", "bedrock", "azure"):
        assert CATALOGUE.rows[name].filings == {}


def test_a_place_of_processing_that_is_not_fixed_stays_unknown() -> None:
    for name, endpoint in (
        ("openrouter", ""),
        ("azure", "v1"),
        ("bedrock", "runtime"),
        ("google", ""),
        ("self_hosted", "vllm"),
    ):
        assert CATALOGUE.endpoint(name, endpoint).hosted_in() is None
    assert CATALOGUE.endpoint("alibaba", "beijing").hosted_in() == ("cn",)
    assert CATALOGUE.endpoint("alibaba", "hongkong").hosted_in() == ("hk",)
    assert CATALOGUE.endpoint("alibaba", "singapore").hosted_in() is None, "inference is scheduled over the world"


def test_a_model_that_roams_has_no_place_even_in_a_region_that_has_one() -> None:
    bedrock = CATALOGUE.endpoint("bedrock", "runtime")
    assert bedrock.hosted_in("eu-central-1", "amazon.nova-pro-v1:0") == ("de",)
    assert bedrock.hosted_in("eu-central-1", "global.anthropic.claude-opus-5-5") is None
    assert bedrock.hosted_in("eu-central-1", "eu.amazon.nova-pro-v1:0") is None


def places(row: Provider) -> set[str]:
    """Every place where a seller is known to process, in whichever region."""
    fixed = {place for endpoint in row.endpoints for place in endpoint.hosted_in() or ()}
    return fixed | {p for endpoint in row.endpoints for region in endpoint.regions for p in region.hosted_in or ()}


def test_at_least_forty_sellers_say_who_where_how_and_since_when() -> None:
    """The counts that the catalogue is measured by; a seller whose place nobody stated is not among them."""
    rows = CATALOGUE.rows
    complete: list[str] = []
    priced: list[str] = []
    unknown: list[str] = []
    priced_models = 0
    for name, row in rows.items():
        assert row.endpoints
        assert all(endpoint.access.dialects and endpoint.access.source for endpoint in row.endpoints), name
        hosts = all(endpoint.self_hosted for endpoint in row.endpoints)
        operated = hosts or any(endpoint.operator or endpoint.owner for endpoint in row.endpoints)
        assert operated or row.unverified, name
        (complete if operated and (hosts or places(row)) else unknown).append(name)
        models = [model for endpoint in row.endpoints for model in endpoint.models if model.tariffs]
        priced_models += len(models)
        priced += [name] if models else []
        assert all(tariff.source for model in models for tariff in model.tariffs), name
    endpoints = [endpoint for row in rows.values() for endpoint in row.endpoints]
    print(
        f"{len(rows)} sellers, {len(endpoints)} endpoints; {len(complete)} with operator and place, "
        f"{len(unknown)} whose place is unknown ({', '.join(unknown)}); {len(priced)} with a sourced tariff, "
        f"{priced_models} models with one; {sum(e.self_hosted for e in endpoints)} kinds of servers of one's own"
    )
    assert len(rows) >= 40
    assert len(complete) >= 40
    assert len(priced) >= 25


NAMED = """alibaba zhipu deepseek moonshot volcengine byteplus baidu tencent sensenova 01ai minimax stepfun iflytek
baichuan huawei siliconflow xiaomi jd antelope sensetime_medical lingyi openai azure azure_china anthropic google vertex
bedrock mistral xai cohere groq openrouter self_hosted"""


def test_the_sellers_that_both_ecosystems_are_known_by_are_there() -> None:
    assert set(NAMED.split()) - set(CATALOGUE.rows) == set()
    servers = {endpoint.id for endpoint in CATALOGUE.rows["self_hosted"].endpoints}
    assert {"vllm", "sglang", "ollama", "xinference", "llamacpp"} <= servers
    for name in ("jd", "antelope", "sensetime_medical", "lingyi"):
        assert "verify with the vendor" in CATALOGUE.rows[name].unverified


def test_the_terms_that_rules_decide_on_are_there() -> None:
    openai, anthropic = CATALOGUE.endpoint("openai").terms, CATALOGUE.endpoint("anthropic").terms
    assert openai is not None
    assert anthropic is not None
    assert openai.blocked_regions == ("cn", "hk")
    assert (anthropic.blocked_regions, anthropic.owner_rule_percent) == (("cn", "hk", "mo"), 50)


def test_names_that_are_not_known_get_a_suggestion() -> None:
    with pytest.raises(CatalogError, match="no provider is called") as caught:
        CATALOGUE.provider("openia")
    assert caught.value.remedy == "did you mean `openai`?"
    with pytest.raises(CatalogError, match="endpoint of `alibaba`") as caught:
        CATALOGUE.endpoint("alibaba")
    assert "beijing" in caught.value.remedy
    with pytest.raises(CatalogError, match="model of `deepseek`"):
        CATALOGUE.model("deepseek", "main", "deepseek-flush")


def test_an_address_needs_its_parameters(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    endpoint = load_providers(tmp_path).endpoint("mine")
    assert endpoint.parameters == ("resource",)
    assert address(endpoint, {"resource": "weber"}) == "https://weber.models.example/v1"
    with pytest.raises(CatalogError, match="the address needs `resource`"):
        address(endpoint, {})


def test_a_file_of_the_operators_replaces_a_packaged_one_only_where_it_says_so(tmp_path: Path) -> None:
    text = GOOD.replace("id: mine", "id: openai", 1)
    assert "already in" in problems(tmp_path, text, "openai.yaml")[0]
    (tmp_path / "openai.yaml").write_text(f"replaces: true\n{text}", encoding="utf-8")
    assert load_providers(tmp_path).provider("openai").name.en == "Mine"


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    first = load_providers(tmp_path).version
    (tmp_path / "mine.yaml").write_text(GOOD.replace("Mine", "Ours"), encoding="utf-8")
    assert len({first, load_providers(tmp_path).version, CATALOGUE.version}) == 3


def test_contradictions_are_said_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("https://", "ftp://").replace("review_by: 2026-12-31", "review_by: 2025-12-31")
        + "      auth: header\n    models:\n"
        + "      - {id: m, filing: none, source: s, verified_at: 2026-01-01, confidence: low, review_by: 2026-02-01}\n"
        * 2
    )
    said = problems(tmp_path, text)
    assert [line.split(":")[0] for line in said] == ["12", "13", "7", "16", "15", "16"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: mine", "id: other", "the file of `other` is called `mine.yaml`"),
        ("ecosystem: any", "ecosystem: moon", "`ecosystem`"),
        ("dialects: [{dialect: openai_chat, path: /chat/completions}]", "dialects: []", "at least one dialect"),
        ("      confidence: high\n", "", "key `confidence` is missing"),
        ("confidence: high", "confidance: high", "unknown key `confidance`"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in "\n".join(problems(tmp_path, GOOD.replace(old, new, 1)))
