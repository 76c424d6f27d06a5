"""`isthmus keys`: make keys for applications."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

from isthmus.clock import now
from isthmus.config import Loaded, read_config, unknown
from isthmus.errors import ConfigError
from isthmus.registry.keys import Key, digest, new_key, values_of
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
    _allowed(_names(audience), expires)
    secret = new_key(os.urandom(32))
    choices = [_choice("purpose", purpose), _choice("audience", audience)]
    content: dict[str, Any] = {"id": id, "entity": entity, "hash": digest(secret), "team": team, "expires": expires}
    content |= {"choices": [choice for choice in choices if choice]}
    content = _checked({name: value for name, value in content.items() if value or name == "id"})
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


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a row of the registry; all but its name was looked at before."""
    try:
        msgspec.convert(content, Key)
    except msgspec.ValidationError:
        remedy = "letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first"
        raise ConfigError("this is no name for a key", where="ID", remedy=remedy) from None
    return content


def _allowed(audiences: list[str], expires: str | None) -> None:
    """Raise for an audience that no rule knows, or a last day that is none or has passed."""
    known = values_of("audience")
    for name in audiences:
        if name not in known:
            raise ConfigError(f"no audience `{name}`", where="--audience", remedy=f"one of {', '.join(known)}")
    if expires is None:
        return
    try:
        day = date.fromisoformat(expires).isoformat()
    except ValueError:
        day = ""
    if day != expires:
        raise ConfigError("this is no day of the calendar", where="--expires", remedy="write it as YYYY-MM-DD")
    if day < now()[:10]:
        raise ConfigError(f"{day} has passed: the key could never be used", where="--expires", remedy="a later day")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _choice(fact: str, text: str) -> dict[str, Any]:
    names = _names(text)
    return {"fact": fact, "values": names, "default": names[0]} if names else {}


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "cli"
