"""The e-mail that carries a code to the person."""

from django.utils import translation
from django.utils.translation import gettext as _

from tinhso.core import mail, sealed
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.selectors import sessions


def send_code(*, session_id: int, number: int) -> int:
    """Write the code to the person (thư mã xác nhận); nothing when it was used, has ended, or a newer one was made.

    Args:
        session_id: primary key of `AssistanceSession`.
        number: which of the session's codes.

    Returns:
        To how many people it went: 0 or 1.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    found = AssistanceSession.objects.select_related("helper").filter(pk=session_id, codes_sent=number).first()
    if found is None or not found.sealed_code or found.helper is None:
        return 0
    code = sealed.opened_values(found.sealed_code)["code"]
    with translation.override("vi"):
        text = _(
            "%(helper)s (%(unit)s) xin được hỗ trợ ông, bà làm dịch vụ công trực tuyến.\n\n"
            "Nếu ông, bà đồng ý, hãy đọc cho người đó mã: %(code)s\n\n"
            "Mã dùng được 15 phút. Nếu ông, bà không nhờ ai, đừng đọc mã cho bất kỳ ai."
        ) % {"helper": found.helper.full_name, "unit": sessions.unit_name(found), "code": code}
        return mail.send(to=[sessions.code_address(found)], subject=_("Mã xác nhận nhờ hỗ trợ"), text=text)
