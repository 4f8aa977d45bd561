"""Words of official documents, as the acts and the wire format write them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

PAGE_SLOT = "documents.document"  # on a document's page, where plans shows the tasks that refer to it


class DocumentKind(models.TextChoices):
    """The 29 types of administrative documents (NĐ 30/2020/NĐ-CP, Điều 7); the value is our code."""

    RESOLUTION = "NQ", _("Nghị quyết (cá biệt)")
    DECISION = "QD", _("Quyết định (cá biệt)")
    DIRECTIVE = "CT", _("Chỉ thị")
    STATUTE = "QC", _("Quy chế")
    REGULATION = "QyD", _("Quy định")
    COMMUNIQUE = "TC", _("Thông cáo")
    NOTICE = "TB", _("Thông báo")
    GUIDANCE = "HD", _("Hướng dẫn")
    PROGRAMME = "CTr", _("Chương trình")
    PLAN = "KH", _("Kế hoạch")
    SCHEME = "PA", _("Phương án")
    PROPOSAL = "DA_DE", _("Đề án")
    PROJECT = "DA", _("Dự án")
    REPORT = "BC", _("Báo cáo")
    MINUTES = "BB", _("Biên bản")
    SUBMISSION = "TTr", _("Tờ trình")
    CONTRACT = "HDONG", _("Hợp đồng")
    OFFICIAL_LETTER = "CV", _("Công văn")
    TELEGRAM = "CD", _("Công điện")
    MEMORANDUM = "BGN", _("Bản ghi nhớ")
    AGREEMENT = "BTT", _("Bản thỏa thuận")
    AUTHORIZATION = "GUQ", _("Giấy ủy quyền")
    INVITATION = "GM", _("Giấy mời")
    INTRODUCTION = "GGT", _("Giấy giới thiệu")
    LEAVE = "GNP", _("Giấy nghỉ phép")
    SENDING_SLIP = "PG", _("Phiếu gửi")
    TRANSFER_SLIP = "PC", _("Phiếu chuyển")
    NOTICE_SLIP = "PB", _("Phiếu báo")
    PUBLIC_LETTER = "TCO", _("Thư công")


class Direction(models.TextChoices):
    """Whether an agency has made a document or been sent it."""

    OUT = "out", _("Văn bản đi")
    IN = "in", _("Văn bản đến")


class Medium(models.TextChoices):
    """What a document is made of (Luật Giao dịch điện tử 20/2023/QH15)."""

    ELECTRONIC = "electronic", _("Văn bản điện tử")
    PAPER = "paper", _("Văn bản giấy")


class Urgency(models.IntegerChoices):
    """Levels of urgency (NĐ 30/2020/NĐ-CP, Phụ lục I; QCVN 102:2016/BTTTT, Priority)."""

    ORDINARY = 0, _("Thường")
    URGENT = 1, _("Khẩn")
    VERY_URGENT = 2, _("Thượng khẩn")
    EXPRESS = 3, _("Hỏa tốc")
    EXPRESS_TIMED = 4, _("Hỏa tốc hẹn giờ")


class Steering(models.IntegerChoices):
    """Whether a document directs (QCVN 102:2016/BTTTT, SteeringType)."""

    NONE = 1, _("Không chỉ đạo")
    DIRECTS = 2, _("Chỉ đạo")
    REPORTS = 3, _("Báo cáo")


class State(models.TextChoices):
    """Where a document stands; the machine is `rules.life`."""

    DRAFT = "draft", _("Đang soạn thảo")
    IN_REVIEW = "in_review", _("Chờ xem xét")
    TO_SIGN = "to_sign", _("Chờ ký")
    SIGNED = "signed", _("Đã ký, chờ cấp số")
    NUMBERED = "numbered", _("Đã cấp số, chờ ký số của cơ quan")
    ISSUED = "issued", _("Đã ban hành")
    RECALLED = "recalled", _("Đã thu hồi")
    REPLACED = "replaced", _("Đã được thay thế")
    DISCARDED = "discarded", _("Đã bỏ")
    ARRIVED = "arrived", _("Đã đến, chờ tiếp nhận")
    REFUSED = "refused", _("Từ chối tiếp nhận")
    REGISTERED = "registered", _("Đã tiếp nhận")
    ASSIGNED = "assigned", _("Đã phân công")
    IN_PROGRESS = "in_progress", _("Đang xử lý")
    DONE = "done", _("Hoàn thành")


class StatusCode(models.TextChoices):
    """What a receiving agency answers (QCVN 102:2016/BTTTT, StatusCode)."""

    ARRIVED = "01", _("Đã đến")
    REFUSED = "02", _("Từ chối tiếp nhận")
    REGISTERED = "03", _("Đã tiếp nhận")
    ASSIGNED = "04", _("Phân công")
    IN_PROGRESS = "05", _("Đang xử lý")
    DONE = "06", _("Hoàn thành")
    TAKE_BACK = "13", _("Lấy lại")
    AGREED = "15", _("Đồng ý lấy lại / cập nhật")
    DECLINED = "16", _("Từ chối lấy lại / cập nhật")


class Business(models.IntegerChoices):
    """What a packet is for (QCVN 102:2016/BTTTT, BussinessDocType)."""

    NEW = 0, _("Văn bản mới")
    RECALL = 1, _("Thu hồi")
    UPDATE = 2, _("Cập nhật")
    REPLACE = 3, _("Thay thế")


class ChannelKind(models.TextChoices):
    """How agencies outside this installation are reached."""

    DIRECT = "direct", _("Trực tiếp giữa hai hệ thống (HTTPS, xác thực hai chiều)")
    FOLDER = "folder", _("Thư mục trao đổi")
    AXIS = "axis", _("Trục liên thông văn bản quốc gia (VXP)")
    LGSP = "lgsp", _("Nền tảng tích hợp, chia sẻ dữ liệu cấp tỉnh (LGSP)")


class SignatureRole(models.TextChoices):
    """Whose signature it is (NĐ 30/2020/NĐ-CP, Điều 5)."""

    PERSON = "person", _("Người có thẩm quyền")
    ORGANIZATION = "organization", _("Cơ quan, tổ chức")


class VersionKind(models.TextChoices):
    """Which step made a version of a document's file."""

    UPLOADED = "uploaded", _("Tệp do người soạn thảo nộp")
    RENDERED = "rendered", _("Bản trình ký")
    PERSON_SIGNED = "person_signed", _("Có chữ ký số của người có thẩm quyền")
    NUMBERED = "numbered", _("Đã điền số, ngày")
    SEALED = "sealed", _("Có chữ ký số của cơ quan")
    RECEIVED = "received", _("Bản nhận được")
    RAISED = "raised", _("Thêm dấu thời gian, dữ liệu kiểm tra lâu dài")


class Verdict(models.TextChoices):
    """What the check of a file's signatures says."""

    PASSED = "dat", _("Đạt")
    FAILED = "khong_dat", _("Không đạt")
    UNDETERMINED = "chua_du", _("Chưa đủ căn cứ")


class RequestState(models.TextChoices):
    """Where a request to recall, update or replace stands at its receiver."""

    WAITING = "waiting", _("Chờ quyết định")
    AGREED = "agreed", _("Đã đồng ý")
    DECLINED = "declined", _("Đã từ chối")
    EARLY = "early", _("Đến trước văn bản")
