"""Turns the bytes of a file into text, and refuses what is no text."""

import codecs
import re

from service.archive.page.model import NotAPage

# A page of 10,000 comments has about 3 MB; more is something else.
SIZE_LIMIT = 4 * 1024 * 1024

_OTHER_FORMATS = ((b"%PDF-", "a PDF"), (b"PK\x03\x04", "an office document or archive"), (b"{\\rtf", "an RTF document"))
_WIDE = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode_page(raw: bytes) -> str:
    """The text of a file in UTF-8 (with or without BOM), UTF-16 with BOM or Windows-1252; else NotAPage."""
    if len(raw) > SIZE_LIMIT:
        raise NotAPage(f"The file has more than {SIZE_LIMIT // 1024 // 1024} MB, which no single page has.")
    for magic, name in _OTHER_FORMATS:
        if raw.startswith(magic):
            raise NotAPage(f"The file is {name}, not text: open it and save it as plain text.")
    text = _decoded(raw)
    if _CONTROLS.search(text):
        raise NotAPage("The file holds binary data, not text.")
    return text


def _decoded(raw: bytes) -> str:
    try:
        for mark, encoding in _WIDE:
            if raw.startswith(mark):
                return raw.decode(encoding)
        return _utf8(raw) or raw.decode("cp1252")
    except UnicodeDecodeError:
        raise NotAPage("The file is no text in UTF-8, UTF-16 or Windows-1252.") from None


def _utf8(raw: bytes) -> str | None:
    """The text if it is UTF-8, also when the file was cut inside its last character."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return None
        return raw[: error.start].decode("utf-8-sig") if error.start + 4 > len(raw) else None
