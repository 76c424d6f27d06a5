"""The examples pass the readers that `serve` and `registry apply` use, and say what their comments promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.config import read_config
from isthmus.errors import ConfigError
from isthmus.registry.declared import candidates, declare
from isthmus.registry.deployments import deployed
from isthmus.registry.file import read_registry
from isthmus.registry.providers import load_providers
from isthmus.registry.rates import load_rates
from isthmus.registry.tariffs import estimate

EXAMPLES = Path(__file__).parent.parent / "examples"
AT = "2026-11-25T02:30:00.000Z"


def test_the_configuration_reads_and_every_deployment_is_known_to_the_catalogue() -> None:
    config = read_config(EXAMPLES / "isthmus.yaml").config
    providers = load_providers()
    targets = {row.id: deployed(row, providers) for row in config.deployments}
    assert {row.provider for row in config.deployments} == {"alibaba", "deepseek", "zhipu", "openai", "self_hosted"}
    assert targets["deepseek-flash"].speaks["openai_chat"] == "https://api.deepseek.com/v1/chat/completions"
    assert targets["vllm-shanghai"].speaks["openai_chat"] == "http://127.0.0.1:8000/v1/chat/completions"
    assert {row.destination.hosted_in for row in targets.values()} == {("cn",), ("us",), ("de",)}
    assert targets["dashscope-max"].filed is True
    assert targets["openai-sol"].filed is None
    assert len(config.entities) == 3


def test_all_that_it_refers_to_is_there() -> None:
    declared = declare(read_config(EXAMPLES / "isthmus.yaml"), secrets=False)
    rows, free = candidates(declared, "best")
    assert free
    assert [row.id for row in rows] == ["openai-sol", "dashscope-max", "zhipu-glm", "vllm-frankfurt"]
    assert declared.terms == {"project": ("Kranich", "白鹭计划"), "person": ("周建国", "Hannelore Weber")}


def test_secrets_that_are_not_set_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DASHSCOPE_API_KEY", "ISTHMUS_SECRET_LANTERN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError) as caught:
        declare(read_config(EXAMPLES / "isthmus.yaml"))
    text = "\n".join(str(problem) for problem in caught.value.problems)
    assert "`env:DASHSCOPE_API_KEY` is not set" in text
    assert "`env:ISTHMUS_SECRET_LANTERN` is not set" in text


def test_the_registry_file_reads_against_the_configuration() -> None:
    config = read_config(EXAMPLES / "isthmus.yaml").config
    content = read_registry(EXAMPLES / "registry.yaml", config)
    assert {key.entity for key in content.keys} == {"weber-shanghai", "lantern-app", "weber-singapore"}
    recipients = {row.recipient for row in config.deployments} | {"aliyun-cn", "deepseek-cn", "zhipu-cn", "openai-us"}
    assert {act.recipient for act in content.acts} <= recipients | {""}


def test_every_paid_deployment_has_a_price_and_the_rates_compare_them() -> None:
    declared = declare(read_config(EXAMPLES / "isthmus.yaml"), secrets=False)
    rates = load_rates(EXAMPLES / "rates.yaml")
    assert rates == declared.rates
    for target in declared.deployments.values():
        price = estimate(target.tariffs, at=AT, input_tokens=1000, output_tokens=500)
        assert (price is None) == (target.row.provider == "self_hosted"), target.id
