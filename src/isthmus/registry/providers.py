"""The provider catalogue as a whole: reads every seller's file, and finds what a configuration names.

One YAML file per seller, in the package and in folders of the operator's own; being in the folder is the registration.
Every message has `file:line`, what was expected and what to do; all problems of all files are reported at once.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from isthmus import catalog
from isthmus.errors import CatalogError, ConfigError
from isthmus.registry.offers import Endpoint, Filing, Model, Party, Provider, Recipient, address, find
from isthmus.registry.provider_checks import check

__all__ = [
    "PACKAGED",
    "Endpoint",
    "Filing",
    "Model",
    "Party",
    "Provider",
    "Providers",
    "Recipient",
    "address",
    "load_folders",
    "load_providers",
]
PACKAGED = Path(__file__).parent.parent / "providers"


class Providers(msgspec.Struct, frozen=True, kw_only=True):
    """The whole catalogue; `version` is the SHA-256 of its files."""

    rows: dict[str, Provider]
    version: str
    files: dict[str, str] = {}

    def provider(self, name: str) -> Provider:
        """The seller of that id; raises `CatalogError` that suggests a near one."""
        return find(name, self.rows, "provider")

    def endpoint(self, provider: str, endpoint: str = "") -> Endpoint:
        """A seller's endpoint; the name may be left out where there is only one. Raises `CatalogError`."""
        rows = {row.id: row for row in self.provider(provider).endpoints}
        if not endpoint and len(rows) == 1:
            return next(iter(rows.values()))
        return find(endpoint, rows, f"endpoint of `{provider}`")

    def model(self, provider: str, endpoint: str, model: str) -> Model:
        """A model at an endpoint; raises `CatalogError` that suggests a near one."""
        return find(model, {row.id: row for row in self.endpoint(provider, endpoint).models}, f"model of `{provider}`")


def load_providers(*roots: Path) -> Providers:
    """The packaged catalogue and the files of the operator's folders; raises `ConfigError` with every problem found.

    A file of the operator's stands in for a packaged one of the same id only where it says `replaces: true`.
    """
    return load_folders(PACKAGED, *roots)


def load_folders(*roots: Path) -> Providers:
    """The files of these folders alone; raises `ConfigError` with every problem found."""
    rows: dict[str, Provider] = {}
    files: dict[str, str] = {}
    problems: list[CatalogError] = []
    digest = hashlib.sha256()
    for root in roots:
        if not root.is_dir():
            problems.append(CatalogError("no such folder", where=str(root), remedy="correct its path"))
        for file in catalog.folder(root, "**/*.yaml"):
            content = file.read_bytes()
            digest.update(hashlib.sha256(content).digest())
            try:
                _add(file, content, rows, files)
            except ConfigError as error:
                problems.extend(error.problems)
            except CatalogError as error:
                problems.append(error)
    if problems:
        first = problems[0]
        raise ConfigError(first.message, where=first.where, remedy=first.remedy, problems=tuple(problems))
    return Providers(rows=dict(sorted(rows.items())), version=digest.hexdigest(), files=files)


def _add(file: Path, content: bytes, rows: dict[str, Provider], files: dict[str, str]) -> None:
    document = catalog.parse(content, str(file))
    row, problems = catalog.convert_all(document, Provider)
    found = [*problems]
    if row is not None:
        found += [document.error(path, message, remedy) for path, message, remedy in check(row)]
        if row.id != file.stem:
            found.append(document.error(("id",), f"the file of `{row.id}` is called `{file.name}`", "rename one"))
        if row.id in rows and not row.replaces:
            remedy = "choose another id, or say `replaces: true`"
            found.append(document.error(("id",), f"`{row.id}` is already in {files[row.id]}", remedy))
    if found or row is None:
        raise ConfigError("a provider file is wrong", problems=tuple(found))
    rows[row.id], files[row.id] = row, str(file)
