"""What stands in files of each kind is read, with its place, wherever people or programs put it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.files import made_files as made

from isthmus.files.extract import Extract
from isthmus.files.readers import FileReaders


@pytest.fixture(scope="module")
def readers() -> Iterator[FileReaders]:
    """Readers in their own process."""
    opened = FileReaders()
    yield opened
    opened.close()


def read(readers: FileReaders, data: bytes, name: str = "", media_type: str = "") -> dict[str, str]:
    """The text at each place of a file that can be read whole."""
    found = readers.read_now(data, name, media_type)
    assert found.unread == ()
    return {passage.place: passage.text for passage in found.passages}


def test_a_workbook_is_read_cell_by_cell(readers: FileReaders):
    """Hidden sheets and columns, comments, formulas, headers and properties are read; numbers and dates as shown."""
    found = read(readers, made.workbook())
    assert found["sheet1!A2"] == "张三"
    assert found["sheet1!B2"] == made.PHONE
    assert found["sheet1!C2"] == "1990-03-07"
    assert found["sheet2!C3"] == made.ID
    told = "\n".join(f"{place}: {text}" for place, text in found.items())
    assert f"A2 paragraph 2: 改打 {made.CARD}" in told
    for text in ("li@example.cn", "机密 sheet header", "离职名单", "赵六", "王小明"):
        assert text in told


def test_rows_are_records_with_labels(readers: FileReaders):
    """Each cell knows its row, and what the first row calls its column."""
    found = readers.read_now(made.workbook()).passages
    cells = {passage.place: (passage.row, passage.label) for passage in found if "!" in passage.place}
    assert cells["sheet1!B2"] == ("sheet1!2", "手机号")
    assert cells["sheet1!B1"] == ("sheet1!1", "")


def test_a_document_is_read_with_all_around_it(readers: FileReaders):
    """Paragraphs, tables, headers, comments and who wrote them."""
    found = read(readers, made.document())
    assert found["paragraph 1"] == f"请联系 {made.PHONE}。"
    assert found["table 1!A2"] == "王五"
    assert found["header 1 paragraph 1"] == "header@example.com"
    assert found["comments paragraph 1"] == f"身份证 {made.ID}"
    assert {"李四", "赵六"} <= set(found.values())


def test_a_number_in_several_runs_is_one(readers: FileReaders):
    """How a word is painted cuts nothing, and text that was deleted is still there."""
    runs = "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{piece}</w:t></w:r>" for piece in ("1380", "0138", "000"))
    gone = f"<w:del w:author='李四'><w:r><w:delText>{made.CARD}</w:delText></w:r></w:del>"
    text = f"<w:document xmlns:w='urn:w'><w:body><w:p>{runs}</w:p><w:p>{gone}</w:p></w:body></w:document>"
    found = read(readers, made.with_members(made.document(), {"word/document.xml": text.encode()}))
    assert found["paragraph 1"] == made.PHONE
    assert found["paragraph 2"] == made.CARD
    assert found["author 1"] == "李四"


def test_slides_are_read_with_their_notes(readers: FileReaders):
    """Titles, bodies and what the speaker reads."""
    found = read(readers, made.slides())
    assert found["slide 1 paragraph 2"] == f"电话 {made.PHONE}"
    assert found["notes 1 paragraph 1"] == f"讲者手机 {made.CARD}"


def test_a_mail_is_read_with_headers_and_attachments(readers: FileReaders):
    """Encoded headers are decoded; what is attached is a file of its own, in the encoding of where it comes from."""
    found = read(readers, made.mail(), "a.eml")
    assert f"Subject: 电话 {made.PHONE}" in found.values()
    assert found["attachment 3 name"] == "名单.csv"
    assert found["attachment 3: table 1!B2"] == made.PHONE
    assert found["body 2: paragraph 1"] == "见附件 html"


def test_a_page_is_read_with_what_it_hides(readers: FileReaders):
    """Text, tables, comments, scripts and attributes; a picture in it is said to be unread."""
    found = readers.read_now(made.page())
    told = {passage.place: passage.text for passage in found.passages}
    assert told["table 1!B2"] == "zhang@example.cn"
    assert told["paragraph 2"] == f"请致电 {made.PHONE}"
    assert any("13700137000" in text for text in told.values())
    assert any(made.CARD in text for text in told.values())
    assert [row.medium for row in found.unread] == ["image"]


def test_a_pdf_is_read_page_by_page(readers: FileReaders):
    """Text, notes, form fields, addresses of links, properties."""
    more = {
        6: f"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(tel {made.CARD})/T(Li Si)>>",
        7: "<</Type/Annot/Subtype/Widget/FT/Tx/T(phone)/V(13700137000)/Rect[0 0 9 9]>>",
        8: "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(mailto:x@example.cn)>>>>",
        9: "<</Author(Zhao Liu)>>",
    }
    data = made.pdf(
        f"tel {made.PHONE}", more=more, page=f"{made.FONT}/Annots[6 0 R 7 0 R 8 0 R]", trailer="/Info 9 0 R"
    )
    found = read(readers, data)
    assert found["page 1"] == f"tel {made.PHONE}"
    assert found["page 1 note 1 contents"] == f"tel {made.CARD}"
    assert found["page 1 note 2 v"] == "13700137000"
    assert {"mailto:x@example.cn", "Zhao Liu"} <= set(found.values())


def test_a_chinese_pdf_without_its_fonts_is_read(readers: FileReaders):
    """What mainland programs write: a font by name, text in UCS-2."""
    shown = f"BT /F1 12 Tf 72 720 Td <{'电话张三'.encode('utf-16-be').hex()}> Tj ET"
    more = {
        4: "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        5: f"<</Length {len(shown)}>>\nstream\n{shown}\nendstream",
        6: "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
    }
    assert read(readers, made.pdf(more=more)) == {"page 1": "电话张三"}


def test_a_zip_of_files_is_read_file_by_file(readers: FileReaders):
    """Each member by its own kind; its name is text too, and stands in no place."""
    data = made.zipped({"张三/手机.csv": made.table(), "b.docx": made.document(), "c.zip": made.nested(0)})
    found = read(readers, data)
    assert found["file 1 name"] == "张三/手机.csv"
    assert found["file 1: table 1!B2"] == made.PHONE
    assert found["file 2: table 1!B2"] == made.CARD
    assert found["file 3: file 1: text"] == made.PHONE
    assert not any("张三" in place for place in found)


TEXTS = [
    (made.table(), "a.csv", "", "table 1!B2"),
    (f"姓名;手机\n张三;{made.PHONE}".encode("utf-8-sig"), "", "text/csv", "table 1!B2"),
    (f"a\tb\nc\t{made.PHONE}".encode("utf-16"), "a.tsv", "", "table 1!B2"),
    (made.PHONE.encode(), "a.txt", "text/plain", "text"),
    (b'{"phone": "' + made.PHONE.encode() + b'"}', "a.json", "application/json", "text"),
    (f"<html><body>{made.PHONE}</body></html>".encode(), "", "", "paragraph 1"),
]


@pytest.mark.parametrize(("data", "name", "media_type", "place"), TEXTS)
def test_text_is_read_in_the_encodings_it_comes_in(
    readers: FileReaders, data: bytes, name: str, media_type: str, place: str
):
    """UTF-8 and UTF-16 with their marks, GB 18030, by name, by media type and by what it looks like."""
    assert made.PHONE in read(readers, data, name, media_type)[place]


def test_an_empty_file_holds_nothing(readers: FileReaders):
    """No bytes, no passages, nothing unread."""
    assert readers.read_now(b"") == Extract()
