"""`isthmus init`: a first configuration with its secrets, ready for `isthmus serve`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from isthmus.catalogues import JURISDICTIONS
from isthmus.errors import ConfigError
from isthmus.steps.record import new_signer

CONFIG = """\
# What this enterprise declares. `isthmus check` says every problem at once; docs/configuration.md has all keys.
# 企业声明的内容；`isthmus check isthmus.yaml` 一次列出所有问题。

purposes:
  - {{id: drafting, basis: contract}}

entities:
  - id: {entity}
    name: {entity}
    jurisdiction: {jurisdiction}
    secret: file:secrets/{entity}.txt # keys person counts, conversations and pseudonyms: keep it as long as the ledger

deployments:
  - id: local
    provider: self_hosted
    endpoint: vllm
    model: local-model
    base_url: http://127.0.0.1:8000/v1
    recipient: {entity}
    hosted_in: [{jurisdiction}]
    accessible_from: [] # from where else staff can reach it; absent means unknown, and unknown may not leave
    operator_country: {jurisdiction}
    owner_country: {jurisdiction}
    trains_on_inputs: false
  # - id: dashscope
  #   provider: alibaba
  #   endpoint: beijing
  #   model: qwen3.8-max
  #   credential: env:DASHSCOPE_API_KEY

aliases:
  - {{id: default, deployments: [local]}}

store:
  signer: file:secrets/ledger-signer.pem
"""


def init(
    folder: Annotated[Path, Parameter(name="FOLDER", allow_leading_hyphen=False)] = Path(),
    *,
    entity: str = "main",
    jurisdiction: str = "cn",
) -> None:
    """Write isthmus.yaml and its secrets into a folder; nothing that is there is overwritten.

    Args:
        folder: Where to; it is made if it is not there. 目标文件夹。
        entity: The id of your first legal entity. 法律主体。
        jurisdiction: Where that entity is established, as an ISO 3166 code in lower case.

    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", entity):
        message = "an id has letters, digits, `-` and `_`, at most 64, a letter or digit first"
        raise ConfigError(message, where="--entity", remedy="for example `shanghai`")
    if not re.fullmatch("[a-z]{2}", jurisdiction):
        raise ConfigError(
            "a jurisdiction is an ISO 3166 code", where="--jurisdiction", remedy="for example `cn` or `sg`"
        )
    config = folder / "isthmus.yaml"
    try:
        if config.exists():
            raise ConfigError("a configuration is there already", where=str(config), remedy="choose another folder")
        secrets = folder / "secrets"
        secrets.mkdir(parents=True, exist_ok=True)
        _secret(secrets / f"{entity}.txt", os.urandom(32).hex().encode())
        _secret(secrets / "ledger-signer.pem", new_signer())
        config.write_text(CONFIG.format(entity=entity, jurisdiction=jurisdiction), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror}", where=str(folder), remedy="choose another folder"
        ) from None
    print(f"wrote {config} and its secrets (readable by you alone)")
    known = sorted(each.name for each in JURISDICTIONS.iterdir() if (each / "law").is_dir() and len(each.name) == 2)
    if jurisdiction not in known:
        print(f"note: no rules of `{jurisdiction}` are packaged, only those of {', '.join(known)}", file=sys.stderr)
    program = sys.argv[0] if Path(sys.argv[0]).name == "isthmus" else "isthmus"
    print("next:")
    print(f"  {program} check {config}")
    print(f"  {program} keys new my-app --entity {entity} --purpose drafting -c {config}")
    print(f"  {program} serve -c {config}")


def _secret(file: Path, content: bytes) -> None:
    """Write a secret that only its owner may read; one that is there is kept."""
    if file.exists():
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
