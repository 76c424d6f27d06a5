"""The configuration: closed, every problem at once, secrets only by reference and never in a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.config import read_config
from isthmus.errors import ConfigError

SECRET = "a-secret-that-no-message-may-repeat"
SMALL = """\
entities:
  - {id: one, name: One Ltd., jurisdiction: cn, secret: env:ISTHMUS_TEST_SECRET}
deployments:
  - {id: home, provider: deepseek, model: deepseek-flash, credential: file:key.txt}
"""


def write(folder: Path, text: str) -> Path:
    """A configuration file with that content."""
    file = folder / "isthmus.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str) -> list[str]:
    """What is said of a configuration, each as `line: message`."""
    file = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]


def test_a_small_configuration_has_the_documented_defaults(tmp_path: Path) -> None:
    loaded = read_config(write(tmp_path, SMALL))
    config = loaded.config
    assert (config.listen.host, config.listen.port) == ("127.0.0.1", 8400)
    assert config.limits.body_bytes == 10 * 1024 * 1024
    assert config.entities[0].relative_view is False
    assert config.entities[0].us_person is None
    assert loaded.store_url() == f"sqlite:///{tmp_path.resolve()}/isthmus.db"


def test_a_store_elsewhere_keeps_its_address(tmp_path: Path) -> None:
    loaded = read_config(write(tmp_path, SMALL + "store: {url: postgresql://db.example/isthmus}\n"))
    assert loaded.store_url() == "postgresql://db.example/isthmus"


def test_a_store_s_password_is_only_referred_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://isthmus:hidden-word@db.example/isthmus"
    for written in (url, "postgresql://db.example/isthmus?sslmode=require&password=hidden-word"):
        with pytest.raises(ConfigError, match="holds a password") as caught:
            read_config(write(tmp_path, f"{SMALL}store: {{url: '{written}'}}\n")).store_url()
        assert "hidden-word" not in str(caught.value)
    monkeypatch.setenv("STORE_URL", url)
    assert read_config(write(tmp_path, SMALL + "store: {url: env:STORE_URL}\n")).store_url() == url
    (tmp_path / "url.txt").write_text("sqlite:///other.db\n", encoding="utf-8")
    loaded = read_config(write(tmp_path, SMALL + "store: {url: file:url.txt}\n"))
    assert loaded.store_url() == f"sqlite:///{tmp_path.resolve()}/other.db"


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
listn: {port: 1}
entities:
  - {id: one, name: One, jurisdiction: CN, secret: plain-text}
  - {id: "two words", name: Two, jurisdiction: cn, secret: env:X}
deployments:
  - {id: home, provider: p, model: m, retries: 9}
limits: {depth: 500, body_byte: 1024}
""",
    )
    assert [line.split(":")[0] for line in sorted(found)] == ["1", "3", "3", "4", "6", "7", "7"]
    assert "1: unknown key `listn`; did you mean `listen`?" in found
    assert "7: unknown key `body_byte`; did you mean `body_bytes`?" in found


def test_a_secret_written_in_plain_text_is_refused_without_repeating_it(tmp_path: Path) -> None:
    found = problems(tmp_path, SMALL.replace("env:ISTHMUS_TEST_SECRET", SECRET))
    assert len(found) == 1
    assert SECRET not in found[0]


def test_ids_are_unique_and_aliases_lead_somewhere(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        SMALL
        + """\
  - {id: home, provider: deepseek, model: deepseek-v4-pro}
aliases:
  - {id: auto, deployments: [home]}
  - {id: fast, deployments: [hmoe], min_quality: 1.5}
  - {id: home, deployments: [home]}
""",
    )
    assert found == [
        "5: `home` stands twice; give each its own id",
        "7: `auto` already names something else",
        "9: `home` already names something else",
        "8: deployment `hmoe` is not known; did you mean `home`?",
        "8: `1.5` is not between 0 and 1; write a figure such as 0.85",
    ]


def test_stated_prices_are_checked_like_those_of_the_catalogue(tmp_path: Path) -> None:
    group = "source: contract, verified_at: 2026-02-01, confidence: high, review_by: 2026-01-01"
    tariff = f"{{currency: CNY, tiers: [{{input: '-1', output: '2'}}], zone: Mars/Base, {group}}}"
    found = problems(tmp_path, SMALL.replace("credential: file:key.txt", f"tariffs: [{tariff}]"))
    assert [line.split("; ")[0].split(": ", 1)[1] for line in found] == [
        "the review is due before the fact was verified",
        "no time zone is called `Mars/Base`",
        "a price is a number from 0, got `-1`",
    ]


def test_a_secret_is_read_where_its_reference_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = read_config(write(tmp_path, SMALL))
    monkeypatch.setenv("ISTHMUS_TEST_SECRET", SECRET)
    (tmp_path / "key.txt").write_text(f"{SECRET}\n", encoding="utf-8")
    assert loaded.secret("env:ISTHMUS_TEST_SECRET") == SECRET
    assert loaded.secret("file:key.txt") == SECRET


@pytest.mark.parametrize("reference", ["env:ISTHMUS_TEST_NOT_SET", "file:none.txt", "file:empty.txt", "file:bytes.bin"])
def test_a_secret_that_is_not_there_names_its_reference(tmp_path: Path, reference: str) -> None:
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    (tmp_path / "bytes.bin").write_bytes(b"\xff\xfe\x80")
    loaded = read_config(write(tmp_path, SMALL))
    with pytest.raises(ConfigError, match=reference) as caught:
        loaded.secret(reference)
    assert caught.value.remedy


def test_a_configuration_that_is_not_there_or_not_yaml_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.yaml")
    assert problems(tmp_path, "entities: [\n") == ["2: not YAML: did not find expected node content"]
    assert "1: key `entities` is missing; add it" in problems(tmp_path, "listen: {}\n")
