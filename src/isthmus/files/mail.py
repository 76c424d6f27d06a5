"""Mail (RFC 5322, MIME): every header, the texts, and the attachments, which are read like files of their own."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError
from email.message import EmailMessage

from isthmus.files import kinds, plain, web
from isthmus.files.extract import Collected, UnreadableError

SEALED = frozenset(("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))


def read(data: bytes, into: Collected) -> None:
    """The message with all that it holds."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message.keys():
        raise UnreadableError("no mail: it has no header")
    _message(message, into)


def _message(message: EmailMessage, into: Collected) -> None:
    if into.depth >= into.bounds.nesting:
        raise UnreadableError("files inside files, too deep")
    for number, (name, value) in enumerate(message.raw_items(), 1):
        into.add(f"header {number}", f"{name}: {_decoded(message, name, value)}")
    attachments = 0
    for part in message.walk():
        if part.get_content_type() in SEALED:
            into.miss("an encrypted part")
        elif not part.is_multipart():
            attachments += 1
            _part(part, attachments, into)


def _decoded(message: EmailMessage, name: str, value: str) -> str:
    """A header's value as people read it; as it was sent where it cannot be read."""
    try:
        return " ".join(str(message.policy.header_fetch_parse(name, value)).split())
    except (MessageError, ValueError, LookupError, IndexError, AttributeError, TypeError):
        return str(value)


def _part(part: EmailMessage, number: int, into: Collected) -> None:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    into.take(len(data))
    name = part.get_filename() or ""
    kind = part.get_content_type()
    outer = into.within
    if name:
        into.add(f"attachment {number} name", name)
    into.within, into.depth = f"{outer}{'attachment' if name else 'body'} {number}: ", into.depth + 1
    try:
        if name or part.get_content_maintype() != "text":
            kinds.read(data, into, name=name, media_type=kind)
        elif kind == "text/html":
            web.read(data, into)
        else:
            into.add("text", plain.decode(data, named=part.get_content_charset() or ""))
    except UnreadableError as error:
        into.miss(str(error))
    finally:
        into.within, into.depth = outer, into.depth - 1
