"""Why something is not done in a session, each in one sentence that says what to do next."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tinhso.core.errors import RuleViolation


class AlreadyAsked(RuleViolation):
    """The person has a request that nobody has taken yet."""

    def __init__(self) -> None:
        super().__init__(_("Ông, bà đã gửi một yêu cầu đang chờ; tổ công nghệ số sẽ liên hệ theo yêu cầu đó."))


class AlreadyTaken(RuleViolation):
    """Somebody else helps already."""

    def __init__(self, who: str) -> None:
        super().__init__(_("%(who)s đã nhận yêu cầu này; hãy chọn yêu cầu khác.") % {"who": who})


class SessionOver(RuleViolation):
    """The session has ended; another one is begun."""

    def __init__(self) -> None:
        super().__init__(_("Lượt hỗ trợ này đã kết thúc; muốn hỗ trợ tiếp hãy mở một lượt mới."))


class NotStarted(RuleViolation):
    """Nobody has taken the request."""

    def __init__(self) -> None:
        super().__init__(_("Chưa ai nhận yêu cầu này; hãy bấm “Nhận hỗ trợ” trước."))


class NoConsent(RuleViolation):
    """The person has not agreed, agreed too long ago, or says not to have asked for help."""

    def __init__(self) -> None:
        super().__init__(
            _("Người được hỗ trợ chưa đồng ý, hoặc đồng ý đã quá 12 giờ; hãy xin đồng ý trước khi kê khai giúp.")
        )


class NowhereToSend(RuleViolation):
    """There is neither an e-mail address nor an account by which the person would get a code."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Chưa có nơi gửi mã: người này không có tài khoản hoặc thư điện tử; hãy dùng phiếu ký tên hoặc người chứng kiến."
            )
        )


class TooManyCodes(RuleViolation):
    """No more codes in this session."""

    def __init__(self) -> None:
        super().__init__(_("Đã gửi đủ số mã cho lượt này; hãy dùng phiếu ký tên hoặc người chứng kiến."))


class CodeExpired(RuleViolation):
    """No code was sent, or it is older than a quarter of an hour, or was tried too often."""

    def __init__(self) -> None:
        super().__init__(_("Mã không còn dùng được: quá 15 phút hoặc đã nhập sai 5 lần; hãy gửi mã mới."))


class CodeWrong(RuleViolation):
    """Not the code that was sent.

    Args:
        left: tries that are left.
    """

    def __init__(self, left: int) -> None:
        super().__init__(
            ngettext("Mã không đúng; còn %(left)s lần nhập.", "Mã không đúng; còn %(left)s lần nhập.", left)
            % {"left": left}
        )


class AnotherDraft(RuleViolation):
    """Another procedure is being filled in, or was filed already, in this session."""

    def __init__(self) -> None:
        super().__init__(_("Lượt này đã kê khai một thủ tục khác; mỗi lượt một hồ sơ, hãy mở một lượt mới."))


class WrongMinutes(RuleViolation):
    """More minutes than have passed.

    Args:
        most: minutes since the start.
    """

    def __init__(self, most: int) -> None:
        super().__init__(_("Số phút phải từ 1 đến %(most)s, là thời gian từ lúc bắt đầu.") % {"most": most})


class ReasonMissing(RuleViolation):
    """Whoever was not helped, or was sent elsewhere, is owed a reason."""

    def __init__(self) -> None:
        super().__init__(_("Hãy ghi lý do chưa hỗ trợ được, hoặc đã giới thiệu đi đâu."))


class PersonStands(RuleViolation):
    """Who is helped does not change once the person has agreed."""

    def __init__(self) -> None:
        super().__init__(_("Người này đã đồng ý nên không sửa thông tin được nữa; hãy kết thúc và mở một lượt mới."))


class IdentityMissing(RuleViolation):
    """A dossier belongs to somebody: without the identity number nobody finds it again."""

    def __init__(self) -> None:
        super().__init__(
            _("Chưa có số định danh của người được hỗ trợ; hãy kết thúc và mở một lượt mới có số định danh.")
        )
