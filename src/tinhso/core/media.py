"""What kind of file a content is, told by the content and never by its name."""

from typing import BinaryIO

import filetype

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOKED_AT = 8192  # bytes at the beginning that tell


def detected(content: BinaryIO) -> str:
    """The media type of a stream, which is left at its beginning; empty when the content is of no known kind."""
    content.seek(0)
    beginning = content.read(LOOKED_AT)
    content.seek(0)
    return str(filetype.guess_mime(beginning) or "")
