"""Recognizing a file by its first bytes."""

from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile

HEAD = 65536


def open_source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, number: int) -> Source:
    """Find out what a file is and how to read it.

    Args:
        connection: where tables read into memory (workbooks) are registered.
        path: the file.
        contract: whose headers to look for.
        number: position of the file in the batch; names its tables.

    Raises:
        UnreadableFile: missing, empty, damaged, in a wrong encoding, or without the required columns.
    """
    from tinhso.datasets.reading import json_lines, parquet, text, workbook  # with numpy, which starts slowly

    head = _head(path)
    if head.startswith(b"PAR1"):
        return parquet.source(path, contract)
    if head.startswith(b"PK\x03\x04"):
        return workbook.source(connection, path, contract, number)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            path, _("là Excel kiểu cũ (.xls) hoặc có mật khẩu; hãy lưu lại thành .xlsx không mật khẩu hoặc CSV")
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return json_lines.source(connection, path, contract, head)
    return text.source(connection, path, contract, head, number)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError:
        raise UnreadableFile(path, _("không có tệp này")) from None
    except IsADirectoryError:
        raise UnreadableFile(path, _("là một thư mục; hãy dùng “tinhso import-folder”")) from None
    except PermissionError:
        raise UnreadableFile(path, _("không có quyền đọc")) from None
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableFile(path, _("tệp rỗng"))
    return head
