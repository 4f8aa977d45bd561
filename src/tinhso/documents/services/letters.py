"""Letters to registrars about what does not get through."""

from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action
from tinhso.core import clock, mail
from tinhso.documents.models import Dispatch


def send_of_late(*, dispatch_id: int) -> None:
    """Tell the registrars of the sending agency that a packet waits for them, or has been tried for a day."""
    dispatch = Dispatch.objects.select_related("sender", "recipient").defer("packet__content").get(pk=dispatch_id)
    unit = dispatch.sender.org_unit_id
    if unit is None or dispatch.done_at is not None:
        return
    to = accounts.addresses(unit_id=unit, action=Action.REGISTER_DOCUMENTS, on=clock.today())
    subject = _("Văn bản chưa gửi được tới %(name)s") % {"name": dispatch.recipient.name}
    text = _(
        "Gói tin gửi %(name)s đã thử %(tries)s lần chưa được: %(error)s\n"
        "Hãy mở trang “Chờ gửi” của phần Văn bản để xem, gửi lại hoặc dừng."
    ) % {"name": dispatch.recipient.name, "tries": dispatch.tries, "error": dispatch.last_error}
    mail.send(to=to, subject=subject, text=text)
