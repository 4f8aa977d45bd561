from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """Where a dossier stands; each state is one of the ten national statuses (`rules.machine.NATIONAL`)."""

    SUBMITTED = "submitted", _("Mới đăng ký")
    ACCEPTED = "accepted", _("Được tiếp nhận")
    REFUSED = "refused", _("Không được tiếp nhận")
    IN_PROGRESS = "in_progress", _("Đang xử lý")
    AWAITING_SUPPLEMENT = "awaiting_supplement", _("Yêu cầu bổ sung giấy tờ")
    AWAITING_PAYMENT = "awaiting_payment", _("Yêu cầu thực hiện nghĩa vụ tài chính")
    WITHDRAWN = "withdrawn", _("Công dân yêu cầu rút hồ sơ")
    STOPPED = "stopped", pgettext_lazy("state", "Dừng xử lý")
    RESOLVED = "resolved", _("Đã xử lý xong")
    DELIVERED = "delivered", _("Đã trả kết quả")


class Action(models.TextChoices):
    """What is done to a dossier; each is an event of the same name."""

    SUBMIT = "submit", _("Nộp hồ sơ trực tuyến")
    RECEIVE = "receive", _("Nhận hồ sơ tại quầy")
    ACCEPT = "accept", _("Tiếp nhận")
    REFUSE = "refuse", _("Từ chối tiếp nhận")
    START = "start", _("Bắt đầu xử lý")
    ADVANCE = "advance", _("Chuyển bước sau")
    SEND_BACK = "send_back", _("Chuyển lại bước trước")
    CONSULT = "consult", _("Lấy ý kiến cơ quan khác")
    ANSWER_CONSULTATION = "answer_consultation", _("Trả lời ý kiến")
    REQUEST_SUPPLEMENT = "request_supplement", _("Yêu cầu bổ sung")
    SUPPLY = "supply", _("Bổ sung hồ sơ")
    LAPSE = "lapse", _("Dừng vì quá hạn bổ sung")
    REQUEST_PAYMENT = "request_payment", _("Yêu cầu nộp phí, lệ phí")
    PAYMENT_SETTLED = "payment_settled", _("Đã nộp phí, lệ phí")
    EXTEND = "extend", _("Xin lỗi và hẹn lại ngày trả")
    WITHDRAW = "withdraw", _("Rút hồ sơ")
    STOP = "stop", _("Dừng xử lý")
    RESOLVE = "resolve", _("Ký kết quả")
    REJECT = "reject", _("Ký văn bản từ chối giải quyết")
    DELIVER = "deliver", _("Trả kết quả")
    CORRECT_RESULT = "correct_result", _("Đính chính kết quả")
    REVOKE_RESULT = "revoke_result", _("Thu hồi kết quả")
    RECALCULATE_DUE = "recalculate_due", _("Tính lại ngày hẹn trả")
    AMEND_RECORD = "amend_record", _("Sửa hồ sơ theo hai người duyệt")


# What was done, as it is told afterwards: in Vietnamese in the same words.
HAPPENED = {
    Action.SUBMIT: pgettext_lazy("event", "Nộp hồ sơ trực tuyến"),
    Action.RECEIVE: pgettext_lazy("event", "Nhận hồ sơ tại quầy"),
    Action.ACCEPT: pgettext_lazy("event", "Tiếp nhận"),
    Action.REFUSE: pgettext_lazy("event", "Từ chối tiếp nhận"),
    Action.START: pgettext_lazy("event", "Bắt đầu xử lý"),
    Action.ADVANCE: pgettext_lazy("event", "Chuyển bước sau"),
    Action.SEND_BACK: pgettext_lazy("event", "Chuyển lại bước trước"),
    Action.CONSULT: pgettext_lazy("event", "Lấy ý kiến cơ quan khác"),
    Action.ANSWER_CONSULTATION: pgettext_lazy("event", "Trả lời ý kiến"),
    Action.REQUEST_SUPPLEMENT: pgettext_lazy("event", "Yêu cầu bổ sung"),
    Action.SUPPLY: pgettext_lazy("event", "Bổ sung hồ sơ"),
    Action.LAPSE: pgettext_lazy("event", "Dừng vì quá hạn bổ sung"),
    Action.REQUEST_PAYMENT: pgettext_lazy("event", "Yêu cầu nộp phí, lệ phí"),
    Action.PAYMENT_SETTLED: pgettext_lazy("event", "Đã nộp phí, lệ phí"),
    Action.EXTEND: pgettext_lazy("event", "Xin lỗi và hẹn lại ngày trả"),
    Action.WITHDRAW: pgettext_lazy("event", "Rút hồ sơ"),
    Action.STOP: pgettext_lazy("event", "Dừng xử lý"),
    Action.RESOLVE: pgettext_lazy("event", "Ký kết quả"),
    Action.REJECT: pgettext_lazy("event", "Ký văn bản từ chối giải quyết"),
    Action.DELIVER: pgettext_lazy("event", "Trả kết quả"),
    Action.CORRECT_RESULT: pgettext_lazy("event", "Đính chính kết quả"),
    Action.REVOKE_RESULT: pgettext_lazy("event", "Thu hồi kết quả"),
    Action.RECALCULATE_DUE: pgettext_lazy("event", "Tính lại ngày hẹn trả"),
    Action.AMEND_RECORD: pgettext_lazy("event", "Sửa hồ sơ theo hai người duyệt"),
}


class Relation(models.TextChoices):
    """What somebody is to a dossier."""

    APPLICANT = "applicant", _("Người nộp hồ sơ")
    RECEPTION = "reception", _("Bộ phận Một cửa")
    HANDLER = "handler", _("Người giữ bước xử lý")
    LEADER = "leader", _("Lãnh đạo cơ quan")
    CONSULTED = "consulted", _("Cơ quan được lấy ý kiến")
    SYSTEM = "system", _("Hệ thống")
    ADMINISTRATOR = "administrator", _("Quản trị")


class Channel(models.TextChoices):
    """How a dossier came in (kênh thực hiện)."""

    ONLINE = "online", _("Trực tuyến")
    COUNTER = "counter", _("Trực tiếp")
    POST = "post", _("Bưu chính công ích")


class Outcome(models.TextChoices):
    """What came out."""

    APPROVED = "approved", pgettext_lazy("outcome", "Đồng ý giải quyết")
    REJECTED = "rejected", pgettext_lazy("outcome", "Từ chối giải quyết")


class PartyRole(models.TextChoices):
    """What a person is in a dossier."""

    OWNER = "owner", _("Chủ hồ sơ")
    APPLICANT = "applicant", _("Người nộp")
    DELEGATE = "delegate", _("Người được ủy quyền")
    ASSISTANT = "assistant", _("Người nộp hộ")


class PauseReason(models.TextChoices):
    """What the clock stands still for."""

    SUPPLEMENT = "supplement", _("Chờ bổ sung")
    PAYMENT = "payment", _("Chờ nộp phí, lệ phí")


class DeliveryWay(models.TextChoices):
    """How a result reaches the person."""

    ONLINE = "online", _("Nhận bản điện tử")
    COUNTER = "counter", _("Nhận tại Bộ phận Một cửa")
    POST = "post", _("Nhận qua bưu chính")
