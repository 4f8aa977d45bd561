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
from tinhso.accounts.api import User
from tinhso.core import mail, sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import number
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.choices import Action, DeliveryWay, PartyRole, State
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Message, Party
from tinhso.public_services.dossiers.selectors import standing

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


def send_of_message(*, message_id: int) -> int:
    """Write to those whose dossier it is that the agency has written to them (báo có lời nhắn), without its text.

    Args:
        message_id: primary key of `Message`.

    Returns:
        To how many people it went.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    if not mail.is_set_up():
        return 0
    dossier = Message.objects.select_related("dossier").get(pk=message_id).dossier
    with translation.override("vi"):
        subject = _("Hồ sơ %(number)s: có lời nhắn mới") % {"number": dossier.number}
        lines = [
            _("%(unit)s gửi ông, bà một lời nhắn về hồ sơ số %(number)s.")
            % {"unit": _agency(dossier), "number": dossier.number},
            _("Đọc và trả lời tại mục “Trao đổi” của hồ sơ (cần đăng nhập): %(address)s")
            % {"address": f"{_page(dossier)}#messages"},
        ]
        return mail.send(to=_addresses(dossier), subject=subject, text="\n\n".join(lines))


def address_of(user: User, dossier: Dossier | None) -> str:
    """A citizen's e-mail address, as given in a dossier, else as the identity provider says; empty for none."""
    party = dossier.parties.filter(user=user).exclude(sealed="").first() if dossier else None
    return _address(party) if party else _known(user)


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
    return given if given or party.user is None else _known(party.user)


def _known(user: User) -> str:
    citizen = accounts.citizen_of(user)
    return citizen.email if citizen else ""


def _agency(dossier: Dossier) -> str:
    """The agency as it was called when the dossier was filed."""
    return organizations.named_unit(dossier.agency_id, dossier.submitted_at.astimezone(VIETNAM).date()).name


def _text(dossier: Dossier, state: str, to_do: str) -> str:
    unit = _agency(dossier)
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
        case Action.REQUEST_PAYMENT if event.to_state == State.RESOLVED:
            return None  # the letter that the result is there says it
        case Action.REQUEST_PAYMENT:
            return _("cần nộp phí, lệ phí"), _("Mở hồ sơ để nộp trực tuyến, hoặc nộp tại Bộ phận Một cửa.")
        case _:
            return _said_later(event, nothing)


def _said_later(event: DossierEvent, nothing: str) -> tuple[str, str] | None:
    match event.kind:
        case Action.PAYMENT_SETTLED if event.to_state == State.RESOLVED:
            return _("đã nộp đủ phí, lệ phí, có thể nhận kết quả"), _collect(event.dossier)
        case Action.PAYMENT_SETTLED:
            return _("đã nộp đủ phí, lệ phí, đang xử lý"), _promise(event)
        case Action.EXTEND:
            return _("được hẹn lại ngày trả"), _promise(event)
        case Action.RECALCULATE_DUE:
            return _recounted(event)
        case Action.WITHDRAW:
            return _("đã rút theo yêu cầu"), ""
        case Action.STOP:
            return _("đã dừng xử lý"), _("Mở hồ sơ để xem lý do và căn cứ.")
        case Action.RESOLVE | Action.REJECT | Action.CORRECT_RESULT:
            return _("đã có kết quả"), _collect(event.dossier)
        case Action.REVOKE_RESULT:
            return _("kết quả đã bị thu hồi"), _(
                "Mở hồ sơ để xem lý do và căn cứ; bản kết quả đã nhận không còn giá trị."
            )
        case Action.DELIVER:
            return _("đã trả kết quả"), _("Mời ông, bà đánh giá việc giải quyết tại trang của hồ sơ.")
        case _:
            return None


def _recounted(event: DossierEvent) -> tuple[str, str] | None:
    """What a new calendar moves for the applicant; None where only the agency's own deadlines moved."""
    moved = event.payload.get("moved", {"due_at": []})  # earlier events moved nothing but the day
    if "wait_until" in moved:
        return _("hạn bổ sung được tính lại theo lịch làm việc mới"), _until(event.dossier)
    if "due_at" in moved:
        return _("ngày hẹn trả được tính lại theo lịch làm việc mới"), _promise(event)
    return None


def _promise(event: DossierEvent) -> str:
    """The day that the event promised; empty where the clock stands."""
    due = event.payload.get("due")
    return _("Ngày hẹn trả kết quả: %(moment)s.") % {"moment": _moment(dt.datetime.fromisoformat(due))} if due else ""


def _until(dossier: Dossier) -> str:
    return _("Hạn bổ sung: %(moment)s.") % {"moment": _moment(dossier.act_by)} if dossier.act_by else ""


def _collect(dossier: Dossier) -> str:
    unpaid = standing.unpaid_on_delivery_vnd(dossier)
    if unpaid:
        return _(
            "Còn phải nộp %(amount)s đồng phí, lệ phí rồi mới nhận kết quả: mở hồ sơ để nộp trực tuyến, "
            "hoặc nộp tại Bộ phận Một cửa."
        ) % {"amount": number(unpaid)}
    match dossier.delivery:
        case DeliveryWay.COUNTER:
            return _("Mời đến Bộ phận Một cửa nhận kết quả, mang theo giấy tờ tùy thân.")
        case DeliveryWay.POST:
            return _("Kết quả sẽ được gửi qua bưu chính công ích.")
        case _:
            return _("Mở hồ sơ để tải kết quả đã ký số.")


def _moment(moment: dt.datetime) -> str:
    return date_format(moment.astimezone(VIETNAM), "H:i d/m/Y")
