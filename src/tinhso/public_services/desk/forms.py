"""The forms of what an official may do to a dossier; each makes the request of `dossiers.services.apply`."""

from collections.abc import Callable, Iterator
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.choices import FeeTime
from tinhso.public_services.desk.selectors.opened import Opened
from tinhso.public_services.dossiers.choices import Action, Channel, DeliveryWay
from tinhso.public_services.dossiers.rules import supplements

MOST_LETTERS = 4000


def _text(label: Any, *, rows: int = 3, help_text: Any = "", required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=MOST_LETTERS, widget=area, help_text=help_text, required=required)


def _line(label: Any, *, help_text: Any = "", required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, help_text=help_text, required=required)


class ActForm(forms.Form):
    """What every act carries along: the key against doing it twice, and the revision that was seen."""

    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, opened: Opened, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opened = opened
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def request(self) -> dict[str, Any]:
        """What the act asks for; only of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("key", "revision")}
        return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


class AcceptForm(ActForm):
    checked = forms.MultipleChoiceField(
        label=gettext_lazy("Giấy tờ đã kiểm tra, đầy đủ và hợp lệ"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        sent = set(self.opened.dossier.attachments.filter(removed_seq__isnull=True).values_list("paper", flat=True))
        papers = [(paper.code, paper.name) for paper in self.opened.bundle.papers if paper.code in sent]
        if papers:
            self.fields["checked"].choices = papers  # type: ignore[attr-defined]  # it is a choice field
        else:
            del self.fields["checked"]


class ReasonForm(ActForm):
    reason = _text(gettext_lazy("Lý do"))


class RefuseForm(ReasonForm):
    basis = _line(
        gettext_lazy("Căn cứ pháp luật"), help_text=gettext_lazy("Tên văn bản, điều, khoản; ghi vào phiếu từ chối.")
    )


class StopForm(RefuseForm):
    pass


class AdvanceForm(ActForm):
    checked = forms.MultipleChoiceField(
        label=gettext_lazy("Việc phải làm ở bước này"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = _text(gettext_lazy("Ghi chú cho bước sau"), rows=2, required=False)

    def prepare(self) -> None:
        lines = self.opened.step.checklist if self.opened.step else []
        if lines:
            self.fields["checked"].choices = [(line, line) for line in lines]  # type: ignore[attr-defined]
        else:
            del self.fields["checked"]


class ConsultForm(ActForm):
    agency = forms.TypedChoiceField(label=gettext_lazy("Cơ quan được lấy ý kiến"), coerce=int)
    reason = _text(gettext_lazy("Nội dung xin ý kiến"))

    def prepare(self) -> None:
        today, own = self.opened.reader.today, self.opened.dossier.agency_id
        rows = [row for row in organizations.units_on(today) if row.unit_id != own and row.kind != "province"]
        places = [(row.unit_id, row.name) for row in rows if row.kind == "commune"]
        others = [(row.unit_id, row.name) for row in rows if row.kind != "commune"]
        groups = [(_("Cơ quan, đơn vị"), others), (_("Xã, phường"), places)]
        self.fields["agency"].choices = [("", _("Chọn cơ quan")), *((title, rows) for title, rows in groups if rows)]  # type: ignore[attr-defined]


class AnswerForm(ActForm):
    consultation = forms.IntegerField(widget=forms.HiddenInput)
    reason = _text(gettext_lazy("Ý kiến trả lời"))


class PaymentForm(ActForm):
    when = forms.ChoiceField(label=gettext_lazy("Khoản thu"))

    def prepare(self) -> None:
        names = dict(FeeTime.choices)
        self.fields["when"].choices = [(when, names[when]) for when in self.opened.fee_times]  # type: ignore[attr-defined]


class ExtendForm(ActForm):
    reason = _text(
        gettext_lazy("Lý do xin lỗi và hẹn lại"),
        help_text=gettext_lazy(
            "Ghi vào văn bản xin lỗi gửi người nộp hồ sơ; chỉ hẹn lại được một lần, trước khi quá hạn."
        ),
    )


class DeliverForm(ActForm):
    """Handing over at the counter; what was to go by post may also be fetched."""

    way = forms.ChoiceField(
        label=gettext_lazy("Cách trả"),
        choices=[
            (DeliveryWay.POST.value, gettext_lazy("Đã gửi qua bưu chính")),
            (DeliveryWay.COUNTER.value, gettext_lazy("Đã trao tại Bộ phận Một cửa")),
        ],
    )
    receiver = _line(gettext_lazy("Họ tên người nhận kết quả"))

    def prepare(self) -> None:
        if self.opened.dossier.delivery != DeliveryWay.POST:
            del self.fields["way"]

    def request(self) -> dict[str, Any]:
        return {"way": DeliveryWay.COUNTER.value} | super().request()


class SupplementForm(ActForm):
    """Ticks for answers and papers, each with what is needed; what is written without a tick counts as ticked."""

    reason = _text(gettext_lazy("Lý do chung"), rows=2, required=False)
    lawful_reason = _line(
        gettext_lazy("Căn cứ pháp luật của việc yêu cầu thêm lần nữa"),
        help_text=gettext_lazy("Ở bước này đã yêu cầu bổ sung một lần."),
    )

    def prepare(self) -> None:
        self.names = supplements.nameable(self.opened.bundle)
        for place, name in enumerate(self.names):
            self.fields[f"pick-{place}"] = forms.BooleanField(label=self.names[name], required=False)
            self.fields[f"text-{place}"] = forms.CharField(
                label=_("Cần gì ở “%(name)s”") % {"name": self.names[name]}, max_length=500, required=False
            )
        if not self.opened.snapshot.supplements:
            del self.fields["lawful_reason"]

    def rows(self) -> Iterator[tuple[BoundField, BoundField]]:
        """The tick and the text of everything that may be named, papers first."""
        places = range(len(self.names))
        papers = [place for place, name in enumerate(self.names) if name.startswith(supplements.PAPER)]
        for place in [*papers, *(place for place in places if place not in papers)]:
            yield self[f"pick-{place}"], self[f"text-{place}"]

    def others(self) -> list[BoundField]:
        return [self[name] for name in ("reason", "lawful_reason") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for place in range(len(self.names)):
            if said.get(f"pick-{place}") and not said.get(f"text-{place}", "").strip():
                self.add_error(f"text-{place}", _("Hãy ghi rõ cần gì ở mục này."))
        if not self.errors and not self._items(said):
            raise forms.ValidationError(_("Hãy chọn ít nhất một mục phải bổ sung và ghi rõ cần gì."))
        return said

    def _items(self, said: dict[str, Any]) -> dict[str, str]:
        texts = {name: said.get(f"text-{place}", "").strip() for place, name in enumerate(self.names)}
        return {name: text for name, text in texts.items() if text}

    def request(self) -> dict[str, Any]:
        said = self.cleaned_data
        found = {"items": self._items(said), "reason": said.get("reason", "").strip()}
        return found | ({"lawful_reason": said["lawful_reason"].strip()} if said.get("lawful_reason") else {})


class HandedForm(forms.Form):
    """Who has brought what was missing, and how it came."""

    giver = _line(
        gettext_lazy("Người mang bổ sung đến"), help_text=gettext_lazy("Ghi trên giấy xác nhận đã nhận bổ sung.")
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Cách nhận"),
        choices=[
            (Channel.COUNTER.value, gettext_lazy("Trực tiếp tại Bộ phận Một cửa")),
            (Channel.POST.value, gettext_lazy("Qua bưu chính")),
        ],
    )


class MessageForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Lời nhắn cho người nộp hồ sơ"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


FORMS: dict[str, Callable[..., ActForm]] = {
    Action.ACCEPT: AcceptForm,
    Action.ADVANCE: AdvanceForm,
    Action.ANSWER_CONSULTATION: AnswerForm,
    Action.DELIVER: DeliverForm,
    Action.REQUEST_SUPPLEMENT: SupplementForm,
    Action.REFUSE: RefuseForm,
    Action.SEND_BACK: ReasonForm,
    Action.CONSULT: ConsultForm,
    Action.REQUEST_PAYMENT: PaymentForm,
    Action.EXTEND: ExtendForm,
    Action.WITHDRAW: ReasonForm,
    Action.STOP: StopForm,
}


def blank(action: str, opened: Opened, *, mark: str = "", **initial: Any) -> ActForm:
    """An empty form of an act; several stand on one page, so each has names of its own.

    Args:
        mark: tells apart several forms of one act.
    """
    start = {"key": uuid4().hex, "revision": opened.dossier.revision} | initial
    return FORMS[action](initial=start, auto_id=f"{action}{mark}_%s", opened=opened)


def sent(action: str, opened: Opened, data: Any, *, mark: str = "") -> ActForm:
    """A form of an act as it was sent."""
    return FORMS[action](data, auto_id=f"{action}{mark}_%s", opened=opened)


def again(form: ActForm) -> ActForm:
    """A refused form to be sent anew: with what was typed, and the dossier as it is now."""
    data = cast(QueryDict, form.data).copy()
    data["key"], data["revision"] = uuid4().hex, str(form.opened.dossier.revision)
    form.data = data
    return form
