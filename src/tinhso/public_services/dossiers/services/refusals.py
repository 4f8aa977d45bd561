"""Why something is not done to a dossier, each in one sentence that says what to do next."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation
from tinhso.public_services.form_engine.rules.answers import Problem


class NotAllowed(RuleViolation):
    """The machine, a guard or the actor's relation stands against it.

    Args:
        kind: of `rules.machine.Refused`.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(_sentence(kind))
        self.kind = kind


class StaleDossier(RuleViolation):
    """Somebody else has changed the dossier since the page was opened.

    Args:
        what: the last event, as it is read.
        who: its actor.
    """

    def __init__(self, what: str, who: str) -> None:
        super().__init__(
            _("Trong lúc trang này đang mở, %(who)s đã làm việc “%(what)s”; hãy xem lại hồ sơ rồi làm tiếp.")
            % {"who": who, "what": what}
        )


class KeyReused(RuleViolation):
    """The same idempotency key came with another request."""

    def __init__(self) -> None:
        super().__init__(_("Yêu cầu này đã được gửi với nội dung khác; hãy tải lại trang rồi làm lại."))


class Unfinished(RuleViolation):
    """Answers or papers are missing or wrong.

    Args:
        problems: by pointer; papers as `paper:CODE`.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("Hồ sơ còn %(count)s chỗ phải hoàn thiện trước khi nộp.") % {"count": len(problems)})
        self.problems = list(problems)


class ReasonMissing(RuleViolation):
    """A reason, or the legal basis for it, was not given."""


def _sentence(kind: str) -> str:
    return {
        "state": _("Hồ sơ đang ở trạng thái không làm được việc này; hãy tải lại trang để xem tình trạng mới nhất."),
        "relation": _("Việc này thuộc vị trí khác; hãy chuyển cho người đang giữ bước xử lý."),
        "own": _(
            "Bạn là chủ hồ sơ hoặc người nộp, nên việc tiếp nhận và giải quyết do người khác làm. "
            "Bạn theo dõi hồ sơ này như mọi người nộp hồ sơ."
        ),
        "supplement_once": _(
            "Ở bước này đã yêu cầu bổ sung một lần (NĐ 61/2018/NĐ-CP, Điều 11); muốn yêu cầu thêm phải ghi căn cứ pháp luật."
        ),
        "consultation_open": _("Còn ý kiến chưa được trả lời; hãy chờ trả lời hoặc ghi nhận ý kiến trước."),
        "nothing_asked": _("Không còn ý kiến nào chờ trả lời."),
        "last_step": _("Đây là bước cuối; hãy ký kết quả hoặc ký văn bản từ chối."),
        "not_last_step": _("Hồ sơ chưa đến bước ký; hãy chuyển qua các bước trước."),
        "no_result": _("Chưa có kết quả đã ký; hãy ký kết quả trước."),
        "revoked": _("Kết quả đã bị thu hồi; hãy đính chính để ký kết quả mới rồi trả."),
        "not_in_force": _("Văn bản này đã được thay thế hoặc thu hồi; hãy tải lại trang."),
        "nothing_due": _("Hồ sơ không còn khoản nào phải nộp."),
        "not_paid": _("Số tiền đã nộp chưa đủ."),
        "fee_unpaid": _("Kết quả chỉ được trả sau khi nộp đủ phí, lệ phí; hãy nộp hoặc thu trước."),
        "no_extension": _("Thủ tục này không được gia hạn; hãy hoàn thành đúng hẹn."),
        "extended_once": _("Hồ sơ đã được hẹn lại một lần; theo quy định chỉ được hẹn lại một lần."),
        "too_late_to_extend": _(
            "Chỉ được hẹn lại chậm nhất một ngày trước ngày hẹn trả (NĐ 61/2018/NĐ-CP, Điều 19); hãy xử lý ngay và xin lỗi."
        ),
    }[kind]
