"""A configuration with all that it refers to: every problem at once, names that are never another's, and a version."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.config import read_config
from isthmus.errors import ConfigError
from isthmus.registry.declared import Declared, candidates, declare, term_lists

SECRET = "0123456789abcdef" * 4
CONFIG = """\
rates: rates.yaml
purposes: [{id: drafting, basis: contract}]
entities:
  - {id: sh, name: Shanghai, jurisdiction: cn, secret: file:sh.txt}
deployments:
  - {id: home, provider: deepseek, model: deepseek-flash, credential: file:key.txt}
  - {id: own, provider: self_hosted, endpoint: vllm, model: deepseek-flash, base_url: "http://127.0.0.1:9/v1",
     proxy: env:ISTHMUS_TEST_PROXY}
aliases: [{id: house, deployments: [own, home]}]
terms: [{kind: person, words: [Anna Weber], file: people.txt}, {kind: person, words: [Li Wen]}, {kind: project}]
"""
RATES = 'base: USD\ndate: 2026-11-30\nsource: test\nrates: {CNY: "7"}\n'


class Folder:
    """A configuration and its files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("isthmus.yaml", CONFIG)
        self.write("rates.yaml", RATES)
        self.write("sh.txt", SECRET)
        self.write("key.txt", "sk-secret\n")
        self.write("people.txt", "# staff\nMax Kranich\n\n  周建国  \n")

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def declared(self, *changes: tuple[str, str], secrets: bool = True) -> Declared:
        text = CONFIG
        for old, new in changes:
            assert text.count(old) == 1
            text = text.replace(old, new)
        self.write("isthmus.yaml", text)
        return declare(read_config(self.path / "isthmus.yaml"), secrets=secrets)

    def problems(self, *changes: tuple[str, str], secrets: bool = True) -> list[str]:
        """What is said, without the folder."""
        with pytest.raises(ConfigError) as caught:
            self.declared(*changes, secrets=secrets)
        return [str(problem).replace(f"{self.path}/", "") for problem in caught.value.problems]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("ISTHMUS_TEST_PROXY", "http://user:hidden@127.0.0.1:3128")
    return Folder(tmp_path)


def test_everything_that_is_referred_to_is_there(folder: Folder) -> None:
    declared = folder.declared()
    assert declared.credentials == {"home": "sk-secret"}
    assert declared.proxies == {"own": "http://user:hidden@127.0.0.1:3128"}
    assert declared.terms == {"person": ("Anna Weber", "Max Kranich", "周建国", "Li Wen"), "project": ()}
    assert declared.deployments["home"].destination.hosted_in == ("cn",), "from the catalogue of sellers"
    assert declared.deployments["own"].destination.hosted_in == ()
    assert declared.rates is not None
    assert len(declared.keys["sh"].persons) == 32


def test_nothing_secret_is_in_its_repr(folder: Folder) -> None:
    declared = folder.declared()
    for text in (repr(declared), repr(declared.keys)):
        assert SECRET not in text
        assert "hidden" not in text
        assert "sk-secret" not in text


def test_every_problem_is_said_at_once_with_its_line(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISTHMUS_TEST_PROXY")
    (folder.path / "people.txt").unlink()
    folder.write("rates.yaml", "base: USD\n")
    folder.write("sh.txt", "short")
    folder.write("key.txt", "\n")
    said = folder.problems(("model: deepseek-flash, credential", "model: deepseek-flsh, credential"))
    assert sorted({line.split(": ")[0] for line in said}) == [f"isthmus.yaml:{n}" for n in (1, 10, 4, 6, 8)]
    whole = "\n".join(said)
    for piece in (
        "`deepseek-flsh`",
        "shorter than 32 characters",
        "`file:key.txt` is empty",
        "`env:ISTHMUS_TEST_PROXY` is not set",
        "cannot be read: No such file or directory",
        "(rates.yaml:1)",
    ):
        assert piece in whole, said
    assert "short\n" not in whole


def test_without_secrets_the_rest_is_checked(folder: Folder) -> None:
    (folder.path / "sh.txt").unlink()
    (folder.path / "key.txt").unlink()
    declared = folder.declared(secrets=False)
    assert (declared.keys, declared.credentials, declared.proxies) == ({}, {}, {})
    assert folder.problems(("provider: deepseek,", "provider: deepsek,"), secrets=False) == [
        "isthmus.yaml:6: no provider is called `deepsek`; did you mean `deepseek`?"
    ]


@pytest.mark.parametrize(
    ("name", "found", "free"),
    [
        ("auto", ["home", "own"], True),
        ("house", ["own", "home"], True),
        ("home", ["home"], False),
        ("deepseek/deepseek-flash", ["home"], False),
        ("self_hosted/deepseek-flash", ["own"], False),
        ("deepseek-flash", ["home", "own"], False),
        ("Home", [], False),
        ("deepseek", [], False),
        ("", [], False),
    ],
)
def test_a_name_is_a_deployment_a_model_or_an_alias_and_nothing_near_it(
    folder: Folder, name: str, found: list[str], free: object
) -> None:
    rows, chooses = candidates(folder.declared(), name)
    assert ([row.id for row in rows], chooses) == (found, free)


def test_the_version_is_that_of_all_but_the_secrets(folder: Folder) -> None:
    version = folder.declared().version
    folder.write("sh.txt", SECRET[::-1])
    folder.write("key.txt", "sk-other")
    assert folder.declared().version == version
    assert folder.declared(("basis: contract", "basis: consent")).version != version
    assert folder.declared(("[own, home]", "[home, own]")).version != version
    folder.write("people.txt", "Max Kranich\n")
    changed = folder.declared().version
    assert changed != version
    folder.write("rates.yaml", RATES.replace('"7"', '"8"'))
    assert folder.declared().version not in (version, changed)


def test_lists_of_terms_alone(folder: Folder) -> None:
    loaded = read_config(folder.path / "isthmus.yaml")
    assert term_lists(loaded)["person"] == ("Anna Weber", "Max Kranich", "周建国", "Li Wen")
    (folder.path / "people.txt").write_bytes(b"\xef\xbb\xbfMax Kranich\r\n")
    assert term_lists(loaded)["person"] == ("Anna Weber", "Max Kranich", "Li Wen")
    (folder.path / "people.txt").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as caught:
        term_lists(loaded)
    assert "the file is not text; save it as UTF-8" in str(caught.value.problems[0])
