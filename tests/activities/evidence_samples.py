"""Files of every kind: the least of each that is allowed, and what is none of them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from PIL import Image

A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
OOXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
AN_EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def image(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (2, 2)).save(written, kind)
    return written.getvalue()


def zipped(parts: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def ooxml(main: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """The least of a docx, xlsx or pptx."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}.main+xml"/></Types>'
    known = {"[Content_Types].xml": types.encode(), "_rels/.rels": b"<Relationships/>", "main.xml": b"<main/>"}
    return zipped(known | dict(more or {}))


def odf(kind: str, more: Mapping[str, bytes] | None = None) -> bytes:
    known = {"mimetype": f"{ODF}.{kind}".encode(), "content.xml": b"<x/>", "META-INF/manifest.xml": b"<m/>"}
    return zipped(known | dict(more or {}), zipfile.ZIP_STORED)


def compound(*names: str) -> bytes:
    """An OLE compound file with these streams, all of the same 4,096 bytes."""

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        written = (name + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(written), kind, 1, FREE, right, child)
        return written.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    followed = [number + 1 if number < len(names) else FREE for number in range(1, len(names) + 1)]
    entries = [entry("Root Entry", 5, FREE, 1, END, 0)]
    entries += [entry(name, 2, right, FREE, 2, 4096) for name, right in zip(names, followed, strict=True)]
    directory = b"".join(entries).ljust(512, b"\0")
    assert len(directory) == 512
    fat = [FAT, END, *range(3, 10), END]
    head = struct.pack("<8s16s5H6x10I", OLE_MARK, b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0, 0)
    return head.ljust(512, b"\xff") + struct.pack("<128I", *fat, *[FREE] * (128 - len(fat))) + directory + b"\0" * 4096


def announcing(sectors: int) -> bytes:
    """A small compound file whose header speaks of so many sectors of tables."""
    document = bytearray(compound("WordDocument"))
    document[44:48] = sectors.to_bytes(4, "little")
    return bytes(document)


OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ALLOWED = {
    "pdf": (A_PDF, "application/pdf"),
    "png": (image("PNG"), "image/png"),
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

REFUSED = {
    "a program": AN_EXE,
    "a program of Linux": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "a zip": zipped({"notes.txt": b"x"}),
    "a zip with a program": zipped({"setup.exe": AN_EXE}),
    "an empty zip": zipped({}),
    "a zip that says it is a document": zipped({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"", "a.xml": b""}),
    "a docx with a program": ooxml(f"{OOXML}.wordprocessingml.document", {"word/setup.exe": b"x"}),
    "a docx with a program of another name": ooxml(f"{OOXML}.wordprocessingml.document", {"word/media/a.png": AN_EXE}),
    "a docx with macros": ooxml(f"{OOXML}.wordprocessingml.document", {"word/vbaProject.bin": b"x"}),
    "a docm": ooxml("application/vnd.ms-word.document.macroEnabled"),
    "an odt with macros": odf("text", {"Basic/Standard/Module1.xml": b"x"}),
    "a docx with a part without name": ooxml(f"{OOXML}.wordprocessingml.document", {"QQ": b""}).replace(b"QQ", b"\0Q"),
    "a docx behind a program": AN_EXE + ooxml(f"{OOXML}.wordprocessingml.document"),
    "a docx with something behind it": ooxml(f"{OOXML}.wordprocessingml.document") + AN_EXE,
    "a zip behind a picture": image("PNG") + zipped({"setup.exe": AN_EXE}),
    "a zip behind a PDF": A_PDF + zipped({"a.txt": b"x"}),
    "a program behind a PDF": A_PDF + AN_EXE,
    "a PDF without end": A_PDF[:-7],
    "a PDF behind something": b"GIF, or so\n" + A_PDF + b"\0\1",
    "half a picture": image("PNG")[:20],
    "a compound file that is no document": compound("MsiTable"),
    "a compound file that announces more tables than it has room for": announcing(30_000),
    "a doc with macros": compound("WordDocument", "_VBA_PROJECT"),
    "two documents in one": compound("WordDocument", "Workbook"),
    "half a compound file": compound("WordDocument")[:600],
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
    "bytes of no kind": bytes(range(256)),
    "text with a NUL far inside": b"a" * 200_000 + b"\0",
    "neither UTF-8 nor GB18030": b"a\xff\xff",
}
