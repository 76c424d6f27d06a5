"""Real files, written by the libraries that people write them with, or by hand where those would refuse."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from email.message import EmailMessage

import docx
import openpyxl
import pptx
from openpyxl.comments import Comment

PHONE, CARD, ID = "13800138000", "13900139000", "110101199003072316"
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def workbook() -> bytes:
    """A list of people, a comment, a hidden sheet and column, a date, a number in many digits."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "手机号", "生日", "备注"])
    sheet.append(["张三", int(PHONE), dt.date(1990, 3, 7), '=CONCATENATE("mail ","li@example.cn")'])
    sheet["A2"].comment = Comment(f"改打 {CARD}", "王小明")
    sheet.column_dimensions["B"].hidden = True
    sheet.oddHeader.center.text = "机密 sheet header"
    hidden = book.create_sheet("离职名单")
    hidden.sheet_state = "hidden"
    hidden["C3"] = ID
    book.properties.creator = "赵六"
    return _saved(book)


def document() -> bytes:
    """Paragraphs, a table, a header, a comment, a property."""
    made = docx.Document()
    run = made.add_paragraph(f"请联系 {PHONE}。").runs[0]
    made.add_comment(run, text=f"身份证 {ID}", author="李四")
    table = made.add_table(2, 2)
    for row, texts in zip(table.rows, (("姓名", "手机号"), ("王五", CARD)), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    made.sections[0].header.paragraphs[0].text = "header@example.com"
    made.core_properties.author = "赵六"
    return without(_saved(made), "docProps/thumbnail.jpeg")


def slides() -> bytes:
    """A title, a body, notes."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "季度总结"
    slide.placeholders[1].text = f"电话 {PHONE}"
    slide.notes_slide.notes_text_frame.text = f"讲者手机 {CARD}"
    return without(_saved(made), "docProps/thumbnail.jpeg", "ppt/printerSettings/printerSettings1.bin")


def mail() -> bytes:
    """A mail in two forms with a table attached."""
    message = EmailMessage()
    message["From"] = "王小明 <wang@example.cn>"
    message["Subject"] = f"电话 {PHONE}"
    message.set_content("见附件\n")
    message.add_alternative("<p>见附件 <b>html</b></p>", subtype="html")
    message.add_attachment(table(), maintype="text", subtype="csv", filename="名单.csv")
    return message.as_bytes()


def table() -> bytes:
    """Values separated by commas, in the encoding of mainland systems."""
    return f"姓名,手机号\r\n张三,{PHONE}\r\n".encode("gb18030")


def page() -> bytes:
    """A web page with a table, a comment, a script and an attribute."""
    return (
        "<!DOCTYPE html><html><head><title>名单</title><script>var tel='13700137000'</script></head><body>"
        f"<!-- {CARD} --><p>请致电 {PHONE}</p><img alt='身份证 {ID}' src='data:image/png;base64,AAAA'>"
        "<table><tr><th>姓名</th><th>邮箱</th></tr><tr><td>张三</td><td>zhang@example.cn</td></tr></table></body></html>"
    ).encode()


def pdf(*lines: str, more: dict[int, str] | None = None, page: str = "", trailer: str = "", draw: str = "") -> bytes:
    """One page of text; `more` are further objects by number (1 is the catalogue, 4 the font), `page` more entries."""
    shown = draw + "BT /F1 12 Tf 72 720 Td " + " ".join(f"({line}) Tj 0 -20 Td" for line in lines) + " ET"
    return written_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R{page or FONT}>>".encode(),
            4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            5: f"<</Length {len(shown)}>>\nstream\n{shown}\nendstream".encode("latin-1"),
            **{number: text.encode("latin-1") for number, text in (more or {}).items()},
        },
        trailer,
    )


FONT = "/Resources<</Font<</F1 4 0 R>>>>"


def written_pdf(objects: dict[int, bytes], trailer: str = "") -> bytes:
    """A PDF with its table of objects."""
    made = bytearray(b"%PDF-1.7\n")
    rows = [b"0000000000 65535 f \n"]
    for number in range(1, max(objects) + 1):
        rows.append(f"{len(made):010d} 00000 n \n".encode() if number in objects else b"0000000000 00001 f \n")
        if number in objects:
            made += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    at = len(made)
    made += f"xref\n0 {len(rows)}\n".encode() + b"".join(rows)
    return bytes(made) + f"trailer\n<</Root 1 0 R/Size {len(rows)}{trailer}>>\nstartxref\n{at}\n%%EOF".encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return made.getvalue()


def without(data: bytes, *names: str) -> bytes:
    """A zip file without some members."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return zipped({name: file.read(name) for name in file.namelist() if name not in names})


def with_members(data: bytes, members: dict[str, bytes]) -> bytes:
    """A zip file with more members, or others of the same name."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return zipped({name: file.read(name) for name in file.namelist()} | members)


def locked(data: bytes) -> bytes:
    """A zip file whose members say that they are encrypted."""
    made = bytearray(data)
    at = 0
    while (at := made.find(b"PK\x03\x04", at)) >= 0:
        made[at + 6] |= 1
        at += 4
    at = 0
    while (at := made.find(b"PK\x01\x02", at)) >= 0:
        made[at + 8] |= 1
        at += 4
    return bytes(made)


def bomb(size: int) -> bytes:
    """Zeros that take a thousandth of their size."""
    return zipped({"zeros.txt": bytes(size)})


def lying_bomb(size: int) -> bytes:
    """The same, saying that it is small."""
    made = bytearray(bomb(size))
    central = made.find(b"PK\x01\x02")
    for at in (22, central + 24):
        made[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(made)


def nested(depth: int) -> bytes:
    """A zip file in a zip file, and so on."""
    data = zipped({"a.txt": PHONE.encode()})
    for _ in range(depth):
        data = zipped({"a.zip": data})
    return data


def pdf_stream_bomb(size: int) -> bytes:
    """A page whose content unpacks to very much."""
    packed = zlib.compress(b"BT /F1 1 Tf (x) Tj ET " * (size // 22), 9)
    return written_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R{FONT}>>".encode(),
            4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            5: f"<</Length {len(packed)}/Filter/FlateDecode>>\nstream\n".encode() + packed + b"\nendstream",
        }
    )


def _saved(made: object) -> bytes:
    stream = io.BytesIO()
    made.save(stream)  # type: ignore[attr-defined]  # one of three libraries without types
    return stream.getvalue()


def replaced(data: bytes, old: str, new: str) -> bytes:
    """A zip file with a text changed in all its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return zipped({name: file.read(name).replace(old.encode(), new.encode()) for name in file.namelist()})
