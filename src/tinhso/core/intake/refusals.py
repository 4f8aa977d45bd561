"""Why a file is not let in, in a sentence that says what the sender can do."""

from django.utils.translation import gettext_lazy as _

from tinhso.core.errors import RuleViolation

SENTENCES = {
    "empty": _("Tệp “%(name)s” rỗng; hãy chọn tệp khác."),
    "large": _("Tệp “%(name)s” lớn hơn %(most)s MB; hãy nén hoặc tách tệp rồi gửi lại."),
    "kind": _("Tệp “%(name)s” không phải PDF hay ảnh JPEG, PNG; hãy chuyển sang một trong các dạng đó rồi gửi lại."),
    "heic": _("Ảnh “%(name)s” ở dạng HEIC, hệ thống chưa đọc được; hãy chuyển sang JPEG rồi gửi lại."),
    "infected": _("Tệp “%(name)s” chứa mã độc; hãy quét vi-rút trên máy rồi gửi một bản sạch."),
    "picture": _("Ảnh “%(name)s” bị hỏng, không mở được; hãy chụp hoặc quét lại rồi gửi ảnh mới."),
    "pixels": _("Ảnh “%(name)s” có hơn %(most)s triệu điểm ảnh; hãy chụp hoặc quét lại với độ phân giải thấp hơn."),
    "encrypted": _("Tệp PDF “%(name)s” được đặt mật khẩu hoặc mã hóa; hãy bỏ mật khẩu rồi gửi lại."),
    "script": _("Tệp PDF “%(name)s” chứa mã JavaScript; hãy in ra một tệp PDF mới rồi gửi lại."),
    "action": _(
        "Tệp PDF “%(name)s” có lệnh mở chương trình, mở tệp khác hoặc gửi dữ liệu đi; hãy in ra một tệp PDF mới rồi gửi lại."
    ),
    "attachment": _("Tệp PDF “%(name)s” có tệp đính kèm bên trong; hãy lấy tệp đính kèm ra và gửi riêng."),
    "form": _("Tệp PDF “%(name)s” là biểu mẫu động (XFA); hãy in ra một tệp PDF mới rồi gửi lại."),
    "pages": _("Tệp PDF “%(name)s” có hơn %(most)s trang; hãy tách thành nhiều tệp rồi gửi lại."),
    "bomb": _(
        "Tệp PDF “%(name)s” quá lớn sau khi giải nén; hãy quét hoặc in lại thành PDF với độ phân giải thấp hơn rồi gửi lại."
    ),
    "mixed": _("Tệp PDF “%(name)s” lẫn dữ liệu không thuộc tài liệu; hãy in ra một tệp PDF mới rồi gửi lại."),
    "damaged": _("Tệp PDF “%(name)s” bị hỏng; hãy mở bản gốc, lưu lại thành PDF rồi gửi lại."),
    "heavy": _("Không kiểm tra được tệp PDF “%(name)s” vì quá phức tạp; hãy in ra một tệp PDF mới rồi gửi lại."),
}


class FileRefused(RuleViolation):
    """A file that somebody sent and that is not let in; nothing of it is stored.

    Args:
        reason: one of the keys of `SENTENCES`, for tests and counts.
        name: of the file, cleaned for reading.
        most: the limit that was passed, where the sentence names one.
    """

    def __init__(self, reason: str, *, name: str, most: int = 0) -> None:
        super().__init__(str(SENTENCES[reason]) % {"name": name, "most": most})
        self.reason = reason
