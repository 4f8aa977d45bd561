"""E-mail about dossiers: to applicants what has become of theirs, to leaders what is overdue.

A letter names the number, where it stands and what is to be done, never an answer: mail is read by others on its way.
"""

import datetime as dt

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action as Right
from tinhso.core import mail, sealed
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.choices import Action, DeliveryWay, PartyRole
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Party

TOLD = (PartyRole.OWNER, PartyRole.APPLICANT, PartyRole.DELEGATE)


def send_of_event(*, dossier_id: int, seq: int) -> int:
    """Write to those whose dossier it is about something that was done to it (thông báo tình trạng hồ sơ).

    Returns:
        To how many people it went; 0 for what is not told, and where nobody has an address.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    if not mail.is_set_up():
        return 0
    event = DossierEvent.objects.select_related("dossier").get(dossier=dossier_id, seq=seq)
    with translation.override("vi"):
        said = _said(event)
        if not said:
            return 0
        state, to_do = said
        subject = _("Hồ sơ %(number)s: %(state)s") % {"number": event.dossier.number, "state": state}
        return mail.send(to=_addresses(event.dossier), subject=subject, text=_text(event.dossier, state, to_do))


def send_of_overdue(*, agency: int, count: int, oldest: dt.datetime, day: dt.date) -> int:
    """Write to an agency's leaders that dossiers lie there beyond their term.

    Args:
        agency: primary key of `OrgUnit`.
        count: dossiers whose step is overdue.
        oldest: since when the oldest of them is.

    Returns:
        To how many people it went.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    if not mail.is_set_up():
        return 0
    people = accounts.addresses(unit_id=agency, action=Right.DECIDE_DOSSIERS, on=day)
    with translation.override("vi"):
        name = organizations.named_unit(agency, day).name
        subject = _("%(unit)s: %(count)s hồ sơ quá hạn xử lý") % {"unit": name, "count": count}
        text = _("%(count)s hồ sơ đang quá hạn ở một bước xử lý; hồ sơ lâu nhất quá hạn từ %(oldest)s.") % {
            "count": count,
            "oldest": _moment(oldest),
        }
        do = _("Hãy mở danh sách hồ sơ để đôn đốc; quá hạn thì phải xin lỗi người nộp và hẹn lại ngày trả.")
        return mail.send(to=people, subject=subject, text="\n\n".join([text, do, mail.address_of("/services/desk/")]))


def _addresses(dossier: Dossier) -> set[str]:
    return {_address(party) for party in dossier.parties.filter(role__in=TOLD).select_related("user")} - {""}


def _address(party: Party) -> str:
    """As it was given when filing, else as the identity provider says; empty for none."""
    given: str = sealed.opened_values(party.sealed).get("email", "")
    if given or party.user is None:
        return given
    known = accounts.citizen_of(party.user)
    return known.email if known else ""


def _text(dossier: Dossier, state: str, to_do: str) -> str:
    unit = organizations.named_unit(dossier.agency_id, dossier.submitted_at.astimezone(VIETNAM).date()).name
    lines = [
        _("Hồ sơ số %(number)s tại %(unit)s: %(state)s.") % {"number": dossier.number, "unit": unit, "state": state},
        to_do,
        _("Xem hồ sơ (cần đăng nhập): %(address)s") % {"address": _page(dossier)},
    ]
    return "\n\n".join(line for line in lines if line)


def _page(dossier: Dossier) -> str:
    return mail.address_of(reverse("public_services:my_dossier", args=[dossier.key]))


def _said(event: DossierEvent) -> tuple[str, str] | None:
    """Where the dossier stands, in plain words, and what is to be done; None for what only the agency is concerned with."""
    nothing = _("Ông, bà không phải làm gì thêm.")
    match event.kind:
        case Action.SUBMIT:
            return _("đã nộp, chờ tiếp nhận"), _("Cơ quan trả lời trong 8 giờ làm việc. ") + nothing
        case Action.ACCEPT | Action.RECEIVE:
            return _("đã được tiếp nhận"), _promise(event)
        case Action.REFUSE:
            return _("không được tiếp nhận"), _("Mở hồ sơ để xem lý do; sửa xong có thể nộp lại.")
        case Action.REQUEST_SUPPLEMENT:
            return _("cần bổ sung"), _("Mở hồ sơ để xem cần bổ sung mục nào và bổ sung ngay tại đó. ") + _until(
                event.dossier
            )
        case Action.SUPPLY:
            return _("đã bổ sung"), nothing
        case Action.LAPSE:
            return _("đã dừng vì quá hạn bổ sung"), _("Nếu vẫn cần, hãy nộp hồ sơ mới.")
        case Action.REQUEST_PAYMENT:
            return _("cần nộp phí, lệ phí"), _("Mở hồ sơ để nộp trực tuyến, hoặc nộp tại Bộ phận Một cửa.")
        case _:
            return _said_later(event, nothing)


def _said_later(event: DossierEvent, nothing: str) -> tuple[str, str] | None:
    match event.kind:
        case Action.PAYMENT_SETTLED:
            return _("đã nộp đủ phí, lệ phí, đang xử lý"), _promise(event)
        case Action.EXTEND:
            return _("được hẹn lại ngày trả"), _promise(event)
        case Action.RECALCULATE_DUE:
            return _("ngày hẹn trả được tính lại theo lịch làm việc mới"), _promise(event)
        case Action.WITHDRAW:
            return _("đã rút theo yêu cầu"), ""
        case Action.STOP:
            return _("đã dừng xử lý"), _("Mở hồ sơ để xem lý do và căn cứ.")
        case Action.RESOLVE | Action.REJECT | Action.CORRECT_RESULT:
            return _("đã có kết quả"), _collect(event.dossier)
        case Action.DELIVER:
            return _("đã trả kết quả"), _("Mời ông, bà đánh giá việc giải quyết tại trang của hồ sơ.")
        case _:
            return None


def _promise(event: DossierEvent) -> str:
    """The day that the event promised; empty where the clock stands."""
    due = event.payload.get("due")
    return _("Ngày hẹn trả kết quả: %(moment)s.") % {"moment": _moment(dt.datetime.fromisoformat(due))} if due else ""


def _until(dossier: Dossier) -> str:
    return _("Hạn bổ sung: %(moment)s.") % {"moment": _moment(dossier.act_by)} if dossier.act_by else ""


def _collect(dossier: Dossier) -> str:
    match dossier.delivery:
        case DeliveryWay.COUNTER:
            return _("Mời đến Bộ phận Một cửa nhận kết quả, mang theo giấy tờ tùy thân.")
        case DeliveryWay.POST:
            return _("Kết quả sẽ được gửi qua bưu chính công ích.")
        case _:
            return _("Mở hồ sơ để tải kết quả đã ký số.")


def _moment(moment: dt.datetime) -> str:
    return date_format(moment.astimezone(VIETNAM), "H:i d/m/Y")
