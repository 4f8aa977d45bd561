"""What may be wrong with a packet: problems with a path and a stable code, and the two refusals that carry them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a packet (lỗi của gói tin).

    Args:
        path: element, e.g. `MessageHeader/To[2]/OrganId`; empty when the packet as a whole is meant.
        code: stable word for programs, e.g. `missing`; docs/edxml.md lists all.
        message: Vietnamese sentence for people.
    """

    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Refused(Exception):
    """The packet is not taken; the receiving agency answers status 02 (từ chối tiếp nhận) with these problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class Unreadable(Refused):
    """No edXML at all: broken XML, a forbidden construct, or more than the limits allow."""


class Invalid(Refused):
    """Readable XML that does not hold what QCVN 102 asks for; every problem is listed."""


CODES = {
    "xml": "Tệp không phải XML đúng cú pháp.",
    "encoding": "Gói tin phải dùng bảng mã UTF-8.",
    "doctype": "Gói tin không được khai báo DTD hoặc thực thể.",
    "root": "Phần tử gốc không phải là edXML của QCVN 102.",
    "packet-size": "Gói tin lớn hơn giới hạn cho phép.",
    "attachment-size": "Tệp đính kèm lớn hơn giới hạn cho phép.",
    "attachments": "Số tệp đính kèm nhiều hơn giới hạn cho phép.",
    "elements": "Số phần tử nhiều hơn giới hạn cho phép.",
    "depth": "Các phần tử lồng nhau sâu hơn giới hạn cho phép.",
    "attributes": "Số thuộc tính của một phần tử nhiều hơn giới hạn cho phép.",
    "text": "Phần chữ ngoài tệp đính kèm dài hơn giới hạn cho phép.",
    "token": "Một thẻ, chú thích hoặc chỉ thị dài hơn giới hạn cho phép.",
    "base64": "Nội dung tệp đính kèm không phải base64 đúng cú pháp.",
    "missing": "Thiếu nội dung bắt buộc.",
    "many": "Phần tử xuất hiện nhiều lần hơn quy định.",
    "type": "Sai kiểu dữ liệu.",
    "choice": "Giá trị không có trong danh mục.",
    "length": "Dài hơn quy định.",
    "nested": "Phần tử này chỉ được chứa chữ, không được chứa phần tử khác.",
    "duplicate": "Giá trị bị lặp lại.",
    "characters": "Có ký tự không được phép trong XML.",
    "no-content": "Có trong danh mục đính kèm nhưng không có nội dung tệp.",
    "digest": "Nội dung tệp không khớp với giá trị băm hoặc kích thước đã ghi.",
    "path": "Không có phần tử nào ở vị trí này để giữ phần tử lạ.",
    "status-attachment": "Gói tin trạng thái không được có tệp đính kèm.",
    # zipped attachments
    "zip": "Tệp nén không đúng cú pháp zip.",
    "zip-files": "Tệp nén chứa nhiều tệp hơn giới hạn cho phép.",
    "zip-size": "Nội dung tệp nén lớn hơn giới hạn cho phép.",
    "zip-ratio": "Tệp nén có tỷ lệ nén cao bất thường.",
    "zip-path": "Tệp nén chứa tên tệp không an toàn.",
    "zip-link": "Tệp nén chứa liên kết hoặc tệp đặc biệt.",
    "zip-encrypted": "Tệp nén được đặt mật khẩu.",
    "zip-method": "Tệp nén dùng phương pháp nén không được hỗ trợ.",
    "zip-lies": "Kích thước khai báo trong tệp nén không đúng.",
    # warnings: the packet is taken all the same
    "unknown": "Phần tử không có trong quy chuẩn; được giữ nguyên.",
    "order": "Phần tử không đúng thứ tự của quy chuẩn.",
    "stray-text": "Có chữ nằm ngoài các phần tử; bị bỏ qua.",
    "namespace": "Phần tử không khai báo không gian tên của QCVN 102.",
    "not-listed": "Tệp đính kèm không có trong danh mục đính kèm.",
}

_WRAPPERS = ("edXMLEnvelope/edXMLHeader/", "edXMLEnvelope/edXMLBody/")


def problem(path: str, code: str, detail: str = "") -> Problem:
    """The problem of this code with its sentence; `detail` stands behind the sentence in parentheses."""
    for wrapper in _WRAPPERS:
        path = path.removeprefix(wrapper)
    sentence = CODES[code]
    return Problem(path, code, f"{sentence[:-1]} ({detail})." if detail else sentence)
