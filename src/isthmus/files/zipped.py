"""Zip files: an Office document, or a bundle of files that are read one by one."""

from __future__ import annotations

import io
import zipfile
import zlib

from isthmus.files import kinds, office, workbook
from isthmus.files.extract import Collected, UnreadableError

MAX_RATIO = 200
_SLACK = 1 << 20


class Package:
    """The members of a zip file, each read within the bounds; raises `UnreadableError` where that is impossible."""

    def __init__(self, data: bytes, into: Collected) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, RuntimeError, OSError):
            raise UnreadableError("a broken zip file") from None
        self._into = into
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        if len(members) > into.bounds.members:
            raise UnreadableError("it holds more files than are read")
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableError("it is encrypted")
        self._members = {member.filename: member for member in members}
        if len(self._members) < len(members):
            raise UnreadableError("it holds two files of one name")

    @property
    def names(self) -> list[str]:
        """The names of its members, in their order."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """A member whole; what the zip file says about its size is not believed."""
        room = min(self._into.room(), self._members[name].compress_size * MAX_RATIO + _SLACK)
        try:
            with self._zip.open(self._members[name]) as file:
                data = file.read(room + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
            raise UnreadableError("a broken zip file") from None
        if len(data) > room:
            raise UnreadableError("it expands to more than is read")
        self._into.take(len(data))
        return data


def read(data: bytes, into: Collected) -> None:
    """An Office document by its parts, any other zip file by its members."""
    package = Package(data, into)
    if "[Content_Types].xml" not in package.names:
        _bundle(package, into)
    elif any(name.startswith("xl/") for name in package.names):
        workbook.read(package, into)
    else:
        office.read(package, into)


def _bundle(package: Package, into: Collected) -> None:
    if into.depth >= into.bounds.nesting:
        raise UnreadableError("files inside files, too deep")
    outer = into.within
    for number, name in enumerate(package.names, 1):
        into.within = outer
        into.add(f"file {number} name", name, shown=False)
        into.within, into.depth = f"{outer}file {number}: ", into.depth + 1
        try:
            kinds.read(package.read(name), into, name=name)
        finally:
            into.within, into.depth = outer, into.depth - 1
