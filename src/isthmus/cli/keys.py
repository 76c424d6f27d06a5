"""`isthmus keys`: make keys for applications."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

from isthmus.clock import now
from isthmus.config import Loaded, read_config, unknown
from isthmus.errors import ConfigError
from isthmus.registry.keys import Key, digest, new_key
from isthmus.store import NewRow, append_registry, open_store, registry_rows

app = cyclopts.App(name="keys", help="Make keys for applications. 为应用生成密钥。")


@app.command
def new(
    id: Annotated[str, Parameter(name="ID")],  # noqa: A002 - the word of the registry
    *,
    entity: str,
    config: Annotated[Path, Parameter(name=["--config", "-c"])] = Path("isthmus.yaml"),
    team: str = "",
    purpose: str = "",
    audience: str = "internal",
    expires: str | None = None,
    by: str = "",
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Make a key, record its hash, and show it once. For more than this, write it into a registry file.

    Args:
        id: The key's name in the registry.
        entity: The legal entity that it acts for, as the configuration names it. 法律主体。
        config: The configuration's file. 配置文件。
        team: Who uses it.
        purpose: The purposes it may name, separated by commas; the first is the default.
        audience: The audiences it may name (internal, public, partners); the first is the default.
        expires: Its last day, as YYYY-MM-DD.
        by: Who records it; absent: the user of this machine.
        json: One JSON object instead of text.

    """
    loaded = read_config(config)
    _known(loaded, entity, _names(purpose))
    secret = new_key(os.urandom(32))
    choices = [_choice("purpose", purpose), _choice("audience", audience)]
    content: dict[str, Any] = {"id": id, "entity": entity, "hash": digest(secret), "team": team, "expires": expires}
    content |= {"choices": [choice for choice in choices if choice]}
    content = {name: value for name, value in content.items() if value}
    try:
        msgspec.convert(content, Key)
    except msgspec.ValidationError as error:
        raise ConfigError(f"this key cannot be made: {error}") from None
    store = open_store(loaded.store_url())
    try:
        if any(row.what == "key" and row.id == id for row in registry_rows(store)):
            raise ConfigError(f"a key `{id}` is on record", remedy="choose another name, or revoke that one first")
        append_registry(store, [NewRow(what="key", id=id, content=content)], at=now(), by=by or _user())
    finally:
        store.close()
    if json:
        print(msgspec.json.encode({"id": id, "key": secret, "hash": content["hash"]}).decode())
        return
    print(secret)
    print(f"this is the only time it is shown; the registry holds its hash ({content['hash'][:12]}...) as `{id}`")


def _known(loaded: Loaded, entity: str, purposes: list[str]) -> None:
    """Raise where the configuration does not declare the entity or a purpose."""
    entities = [row.id for row in loaded.config.entities]
    if entity not in entities:
        raise unknown(loaded.document, ("entities",), "entity", entity, entities)
    declared = [row.id for row in loaded.config.purposes]
    for name in purposes:
        if name not in declared:
            raise unknown(loaded.document, ("purposes",), "purpose", name, declared)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _choice(fact: str, text: str) -> dict[str, Any]:
    names = _names(text)
    return {"fact": fact, "values": names, "default": names[0]} if names else {}


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "cli"
