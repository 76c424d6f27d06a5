"""Files that would harm their reader, or cannot be read, are said to be unread with the reason, in bounded time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from tests.files import made_files as made

from isthmus.files.extract import Bounds
from isthmus.files.readers import FileReaders

XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
SCRIPT = {1: "<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<</Names[(a) 6 0 R]>>>>>>", 6: "<</S/JavaScript/JS(a)>>"}
HELD = {
    1: "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 6 0 R]>>>>>>",
    6: "<</Type/Filespec/F(a.txt)/EF<</F 7 0 R>>>>",
    7: "<</Type/EmbeddedFile/Length 3>>\nstream\nabc\nendstream",
}
PICTURE = {
    6: "<</Type/XObject/Subtype/Image/Width 100/Height 100/ColorSpace/DeviceGray/BitsPerComponent 8/Length 10000>>\n"
    f"stream\n{'a' * 10000}\nendstream"
}
SHOWN = "/Resources<</Font<</F1 4 0 R>>/XObject<</I 6 0 R>>>>"
LOCK = {6: f"<</Filter/Standard/V 2/R 3/Length 128/P -44/O({'0' * 32})/U({'1' * 32})>>"}
KEPT = [
    ("a macro", made.with_members(made.document(), {"word/vbaProject.bin": b"x"}), "file", "macros"),
    ("an object", made.with_members(made.document(), {"word/embeddings/a.xlsx": b"PK"}), "file", "an embedded object"),
    ("a picture", made.with_members(made.document(), {"word/media/a.png": b"x"}), "image", "a picture in it"),
    ("a film", made.with_members(made.slides(), {"ppt/media/a.mp4": b"x"}), "video", "a sound or a film in it"),
    ("a script in a PDF", made.pdf("hello", more=SCRIPT), "file", "macros"),
    ("a file in a PDF", made.pdf("hello", more=HELD), "file", "an embedded file"),
    (
        "a picture in a PDF",
        made.pdf("hello", more=PICTURE, page=SHOWN, draw="q 9 0 0 9 0 0 cm /I Do Q "),
        "image",
        "page 1: a picture in it",
    ),
]
LOST = [
    ("external entities", made.with_members(made.document(), {"word/document.xml": XXE}), "document type declaration"),
    (
        "expanding entities",
        made.with_members(made.workbook(), {"xl/workbook.xml": LAUGHS}),
        "document type declaration",
    ),
    ("an encrypted package", made.locked(made.document()), "encrypted"),
    ("an encrypted bundle", made.locked(made.zipped({"a.txt": b"a"})), "encrypted"),
    ("Office with a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "an encrypted or old Office file"),
    (
        "a PDF with a password",
        made.pdf("x", more=LOCK, trailer=f"/Encrypt 6 0 R/ID[({'a' * 16})({'a' * 16})]"),
        "encrypted",
    ),
    ("a bomb", made.bomb(300_000_000), "expands to more than is read"),
    ("a bomb that lies", made.lying_bomb(300_000_000), "broken zip file"),
    ("zips in zips", made.nested(6), "too deep"),
    ("many members", made.zipped({f"{n}.txt": b"" for n in range(2001)}), "more files than are read"),
    ("deep XML", made.with_members(made.document(), {"word/document.xml": b"<a>" * 100_000}), "nested too deeply"),
    ("broken XML", made.with_members(made.document(), {"word/document.xml": b"<a><b>"}), "broken XML"),
    ("a broken zip", made.document()[:2000], "broken zip file"),
    ("a broken PDF", b"%PDF-1.7 nothing", "broken PDF"),
    ("a binary workbook", made.with_members(made.workbook(), {"xl/workbook.bin": b""}), "binary workbook"),
    ("no text", bytes(range(256)) * 100, "no text"),
    ("another archive", b"7z\xbc\xaf\x27\x1c" + bytes(100), "compressed file"),
    ("a PDF that unpacks without end", made.pdf_stream_bomb(400_000_000), "reader"),
]
MEDIA = [(b"\x89PNG\r\n\x1a\n", "image"), (b"ID3\x03", "audio"), (b"\0\0\0\x18ftypmp42", "video")]


@pytest.fixture(scope="module")
def readers() -> Iterator[FileReaders]:
    """Readers with little room."""
    opened = FileReaders(Bounds(seconds=8, memory_bytes=512 << 20))
    yield opened
    opened.close()


@pytest.mark.parametrize(("data", "medium", "reason"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_what_is_beside_the_text_is_named(readers: FileReaders, data: bytes, medium: str, reason: str):
    """The text is read all the same."""
    found = readers.read_now(data)
    assert (medium, reason) in [(row.medium, row.reason) for row in found.unread]
    assert found.passages


@pytest.mark.parametrize(("data", "reason"), [row[1:] for row in LOST], ids=[row[0] for row in LOST])
def test_what_cannot_be_read_says_why(readers: FileReaders, data: bytes, reason: str):
    """Soon, with the reason, and the next file is read as if nothing had been."""
    begun = time.monotonic()
    found = readers.read_now(data)
    assert time.monotonic() - begun < 9
    assert found.unread
    assert reason in found.unread[0].reason
    assert "/etc" not in repr(found.passages)
    assert readers.read_now(made.PHONE.encode()).passages[0].text == made.PHONE


@pytest.mark.parametrize(("data", "medium"), MEDIA)
def test_other_media_stay_unread(readers: FileReaders, data: bytes, medium: str):
    """Pictures, sounds and films by their beginnings, whatever they are called."""
    assert [row.medium for row in readers.read_now(data, "a.csv").unread] == [medium]


def test_a_reader_that_takes_too_long_is_ended():
    """The process is gone, and the next file gets another one."""
    readers = FileReaders(Bounds(seconds=0.3))
    readers.read_now(b"a")
    worker = readers._idle[0]
    os.kill(worker._process.pid, signal.SIGSTOP)
    found = readers.read_now(b"a")
    assert [row.reason for row in found.unread] == ["reading it took over 0.3 s"]
    assert worker._process.poll() is not None
    assert readers.read_now(b"a").passages
    readers.close()


def test_nothing_is_started_before_the_first_file_or_left_after():
    """A process is made for the first file, kept for the second, and gone when the readers close."""
    readers = FileReaders()
    assert not readers._idle
    readers.read_now(b"a")
    worker = readers._idle[0]
    readers.read_now(b"b")
    assert list(readers._idle) == [worker]
    readers.close()
    assert worker._process.poll() is not None


def test_the_process_holds_no_secret(tmp_path: object):
    """It is started with an environment of its own, and imports nothing of the gateway."""
    program = "import isthmus.files.worker, sys; print(*sorted(n for n in sys.modules if n.startswith('isthmus')))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert set(told) <= {
        "isthmus",
        "isthmus.exchange",
        "isthmus.files",
        "isthmus.files.extract",
        "isthmus.files.kinds",
        "isthmus.files.worker",
    }


def test_without_the_extra_a_pdf_names_it():
    """The reason says what to install; other kinds need nothing."""
    program = (
        "import sys; sys.modules['pypdfium2'] = None\n"
        "from isthmus.files.extract import Bounds\nfrom isthmus.files.worker import Task, extract\n"
        "print(extract(Task(data=b'%PDF-1.7', name='', media_type='', bounds=Bounds())).unread[0].reason)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "isthmus[files]" in told
