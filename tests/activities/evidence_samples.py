"""Samples of files that are allowed, or taken with a word of caution: the least of every kind."""

from __future__ import annotations

import gzip
import struct

from tests.activities.evidence_files import (
    A_PDF,
    MANIFEST,
    ODF,
    OOXML,
    animation,
    bomb,
    compound,
    docx,
    gif,
    heic,
    image,
    odf,
    ods,
    odt,
    ofd,
    ooxml,
    opened,
    packed_objects,
    pdf,
    png,
    related,
    with_gbk_name,
)

ALLOWED = {
    "pdf": (A_PDF, "application/pdf"),
    "pdf behind a mark": (b"\xef\xbb\xbf" + A_PDF, "application/pdf"),
    "pdf behind a mark and blanks": (b"\xef\xbb\xbf\r\n " + A_PDF, "application/pdf"),
    "pdf before a few NULs": (A_PDF + b"\0" * 100, "application/pdf"),
    "pdf before NULs to the end of a block": (A_PDF + b"\0" * 200_000, "application/pdf"),
    "png": (image("PNG"), "image/png"),
    "moving png": (animation("PNG", 3), "image/png"),
    "moving gif": (animation("GIF", 3), "image/gif"),
    "moving webp": (animation("WEBP", 3), "image/webp"),
    "tiff of pages": (animation("TIFF", 3), "image/tiff"),
    "jpeg of several pictures": (animation("MPO", 3), "image/jpeg"),
    "picture of a good telephone": (png(12_000, 9_000), "image/png"),
    "long animation of small frames": (gif((10, 10), [(10, 10)] * 1000), "image/gif"),
    "heic": (heic(), "image/heic"),
    "heic that names another brand first": (heic(brands=b"mif1\0\0\0\0mif1heic"), "image/heic"),
    "heic with a long box": (
        heic(more=struct.pack(">I4sQ", 1, b"free", 24) + bytes(8)),
        "image/heic",
    ),
    "jpeg": (image("JPEG"), "image/jpeg"),
    "gif": (image("GIF"), "image/gif"),
    "bmp": (image("BMP"), "image/bmp"),
    "tiff": (image("TIFF"), "image/tiff"),
    "webp": (image("WEBP"), "image/webp"),
    "doc": (compound("WordDocument", "1Table"), "application/msword"),
    "xls": (compound("Workbook"), "application/vnd.ms-excel"),
    "xls of Excel 95": (compound("Book"), "application/vnd.ms-excel"),
    "ppt": (compound("PowerPoint Document", "Current User"), "application/vnd.ms-powerpoint"),
    "docx": (ooxml(f"{OOXML}.wordprocessingml.document"), f"{OOXML}.wordprocessingml.document"),
    "xlsx": (ooxml(f"{OOXML}.spreadsheetml.sheet"), f"{OOXML}.spreadsheetml.sheet"),
    "pptx": (ooxml(f"{OOXML}.presentationml.presentation"), f"{OOXML}.presentationml.presentation"),
    "docx with a name in GBK": (
        with_gbk_name(ooxml(f"{OOXML}.wordprocessingml.document", {"PART-NAME.xml": b"<x/>"})),
        f"{OOXML}.wordprocessingml.document",
    ),
    "docx with a table, a picture and a packed drawing in it": (
        ooxml(
            f"{OOXML}.wordprocessingml.document",
            {
                "word/embeddings/1.xlsx": ooxml(f"{OOXML}.spreadsheetml.sheet"),
                "word/media/1.png": image("PNG"),
                "word/media/2.emz": gzip.compress(b"drawing") + gzip.compress(b"drawing"),
                "word/media/3.bin": b"\x1f\x8b is no gzip",
            },
        ),
        f"{OOXML}.wordprocessingml.document",
    ),
    "docx that unpacks to ten megabytes": (
        bomb(ooxml(f"{OOXML}.wordprocessingml.document"), 9),
        f"{OOXML}.wordprocessingml.document",
    ),
    "ofd": (ofd(), "application/ofd"),
    "ofd with a name in GBK": (with_gbk_name(ofd({"PART-NAME.xml": b"<x/>"})), "application/ofd"),
    "odt": (odf("text"), f"{ODF}.text"),
    "ods": (odf("spreadsheet"), f"{ODF}.spreadsheet"),
    "odp": (odf("presentation"), f"{ODF}.presentation"),
    "text": ("我单位的商业秘密见附件。\n".encode(), "text/plain; charset=utf-8"),
    "text with a mark": ("\ufeff数据有误\r\n".encode(), "text/plain; charset=utf-8"),
    "text in GB18030": ("我单位的商业秘密，𠀀。\n".encode("gb18030"), "text/plain; charset=gb18030"),
    "text in UTF-16": ("数据有误".encode("utf-16"), "text/plain; charset=utf-16"),
    "text that begins like a picture": (b"BMW is wrong in row 3", "text/plain; charset=utf-8"),
    "text that quotes an address": (
        b"<li@example.cn> wrote: import duties let me class this",
        "text/plain; charset=utf-8",
    ),
    "csv": ("路线,时间\r\n1,2026-05-09\r\n".encode(), "text/csv; charset=utf-8"),
    "csv in GB18030": ("路线;时间\n1;“2”\n".encode("gb18030"), "text/csv; charset=gb18030"),
    "text of more than a piece": (("数据" * 40_000).encode(), "text/plain; charset=utf-8"),
}

CAUTIOUS = {
    "a docx with a picture of another machine": (
        docx({"word/_rels/document.xml.rels": related("image", "https://example.cn/a.png")}),
        ("loads_from_elsewhere",),
    ),
    "a docx with links that somebody has to click": (
        docx({"word/_rels/document.xml.rels": related("hyperlink", "https://example.cn/")}),
        (),
    ),
    "a docx with a template of the writer's own disk": (
        docx({"word/_rels/settings.xml.rels": related("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm")}),
        (),
    ),
    "an odt with a picture of another machine": (
        odt('<draw:image xlink:href="https://example.cn/a.png"/>'),
        ("loads_from_elsewhere",),
    ),
    "an ods with a table of another machine": (
        ods('<table:table-source xlink:href="https://example.cn/a.ods"/>'),
        ("loads_from_elsewhere",),
    ),
    "an ods with a formula that asks a server": (
        ods('<table:table-cell table:formula="of:=WEBSERVICE(&quot;https://example.cn&quot;)"/>'),
        ("loads_from_elsewhere",),
    ),
    "an odt with links that somebody has to click, and what lies in it": (
        odt(
            '<office:scripts/><text:a xlink:href="https://example.cn/">x</text:a><draw:image xlink:href="Pictures/1"/>'
            '<draw:object xlink:href="./Object 1"/><table:table-cell table:formula="of:=SUM([.A1:.A9])"/>'
            '<presentation:event-listener presentation:action="next-page" xlink:href="#2"/>'
        ),
        (),
    ),
    "an odt with a template of the writer's own disk": (
        odf("text", {"meta.xml": opened('<meta:template xlink:href="file:///home/li/a.ott"/>'), "styles.xml": b"\n"}),
        (),
    ),
    "an odt of an older program": (
        odf(
            "text",
            {MANIFEST: b'<!DOCTYPE m PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><m/>'},
        ),
        (),
    ),
    "a docx with an object of another program": (
        docx({"word/embeddings/oleObject1.bin": compound("Equation Native")}),
        ("holds_objects",),
    ),
    "a docx with a PDF that carries a file": (
        docx({"word/embeddings/1.pdf": pdf(b"5 0 obj<</Names<</EmbeddedFiles 6 0 R>>>>endobj")}),
        ("carries_files",),
    ),
    "a doc with objects of other programs": (compound("WordDocument", "ObjectPool"), ("holds_objects",)),
    "an invoice with its data attached": (
        pdf(b"5 0 obj<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream endobj"),
        ("carries_files",),
    ),
    "a PDF that everybody may open and nobody change": (
        packed_objects(b"", b"/Type/ObjStm/N 1/First 4/Filter/ASCIIHexDecode").replace(
            b"trailer<<", b"trailer<</Encrypt 9 0 R"
        ),
        ("not_looked_into",),
    ),
    "a PDF whose text speaks of scripts": (
        packed_objects(b"(/JavaScript and /Launch are refused)", b"/Filter/FlateDecode"),
        (),
    ),
    "a PDF with objects in a stream": (packed_objects(b"1 0 <</Type/Page>>"), ()),
}
"""What is taken, with what is said of it."""

PROSE = [
    "let us assume x = 5",
    "let us assume x = 5, so that the table has 5 rows",
    "let x = 5 in the second column, and y = 6 in the third.",
    "const and variable costs, a = b in both years",
    "var. 3 = the third variant of the draft",
    "function of the office: see annex",
    "function (see annex 2) of the office",
    "function f (x) is wrong in line 3",
    "import duties from 'Guangxi' were counted twice",
    "import (and export) of goods",
    "export default settings are wrong",
    "export const of goods",
    "class action {see annex} was filed",
    "document.pdf (attached) shows my trade secret",
    "document.pdf = the contract",
    "location. (Nanning) is wrong",
    "console.",
    "require (see annex) that it be closed",
    "fetch (the data) again, and alert (us)",
    "javascript: the language of the page",
    "@echo said so",
    "'use strict' is what the rules say",
    "(see annex) => the third row",
    "(a) => b, as the formula has it",
    "on error we resume next week",
    "new data is wrong; delete it",
]
"""What people write, that begins as programs do."""
