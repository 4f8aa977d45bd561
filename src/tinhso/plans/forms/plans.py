"""Writing plans: head and objectives, targets, the plan's own tasks, and the steps of its legal life."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.plans.forms.tasks import StepForm, day_field
from tinhso.plans.rules.texts import InterimTarget, Objective, PlannedTask, PlanText, Target

INTERIM_ROWS = 4
Choices = Sequence[tuple[str, str]]
GroupedChoices = Sequence[tuple[str, list[tuple[str, str]]]]


class HeadForm(forms.Form):
    """What a plan says before its targets: title, year, who, and the aim of every objective."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Tên kế hoạch"), max_length=500)
    year = forms.IntegerField(label=_("Năm"), min_value=2000, max_value=2100)
    issuer = forms.CharField(label=_("Cơ quan ban hành"), max_length=500)
    lead = forms.ChoiceField(label=_("Cơ quan chủ trì kế hoạch"))

    def __init__(self, *args: Any, units: GroupedChoices, pillars: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = units  # type: ignore[attr-defined]  # a choice field
        self.pillars = [code for code, _title in pillars]
        for code, title in pillars:
            self.fields[f"{code}_title"] = forms.CharField(
                label=_("Nhóm mục tiêu: %(pillar)s") % {"pillar": title}, max_length=500, required=False
            )
            self.fields[f"{code}_aim"] = forms.CharField(
                label=_("Kết quả mong đợi của nhóm"),
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @staticmethod
    def initial_of(text: PlanText) -> dict[str, Any]:
        """A plan's head as the form shows it."""
        found: dict[str, Any] = {name: getattr(text, name) for name in ("title", "year", "issuer", "lead")}
        for code, objective in text.objectives.items():
            found |= {f"{code}_title": objective.title, f"{code}_aim": objective.aim}
        return found

    def text(self, before: PlanText | None, province: str) -> PlanText:
        """The plan with the head of a valid form."""
        said = self.cleaned_data
        objectives = {
            code: Objective(title=said[f"{code}_title"].strip(), aim=said[f"{code}_aim"].strip())
            for code in self.pillars
            if said[f"{code}_title"].strip()
        }
        head = {name: said[name] for name in ("title", "year", "issuer", "lead")}
        rest = {"targets": before.targets, "tasks": before.tasks} if before else {}
        return PlanText(province=province, objectives=objectives, **head, **rest)


class PlanFileForm(forms.Form):
    """A plan as a file."""

    file = forms.FileField(
        label=_("Tệp kế hoạch (YAML, hoặc Word theo mẫu)"),
        help_text=_(
            "Tệp được kiểm tra trước; sai ở đâu thì nêu dòng và lý do, và chưa có gì được ghi. Mẫu Word là tệp tải về từ một kế hoạch bất kỳ."
        ),
    )


class TargetForm(StepForm):
    """One target with its scope and interim values."""

    indicator = forms.ChoiceField(label=_("Chỉ tiêu"))
    title = forms.CharField(label=_("Nội dung mục tiêu"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    operator = forms.ChoiceField(label=_("Chiều"), choices=[(">=", _("ít nhất")), ("<=", _("nhiều nhất"))])
    value_pct = forms.DecimalField(label=_("Giá trị (%)"), max_digits=7, decimal_places=3)
    owner = forms.ChoiceField(label=_("Cơ quan chủ trì"))
    scope = forms.MultipleChoiceField(
        label=_("Áp dụng cho"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Không chọn gì là áp dụng cho mọi cấp."),
    )

    def __init__(
        self, *args: Any, indicators: GroupedChoices, units: GroupedChoices, levels: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("indicator", indicators), ("owner", units), ("scope", levels)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # all are choice fields
        for row in range(1, INTERIM_ROWS + 1):
            label = {"number": row}
            self.fields[f"day_{row}"] = day_field(_("Mốc %(number)s: ngày") % label, required=False)
            self.fields[f"value_{row}"] = forms.DecimalField(
                label=_("Mốc %(number)s: giá trị (%%)") % label, max_digits=7, decimal_places=3, required=False
            )

    @staticmethod
    def initial_of(target: Target) -> dict[str, Any]:
        """A target as the form shows it."""
        found: dict[str, Any] = target.model_dump(exclude={"interim"}) | {"value_pct": f"{target.value_pct:g}"}
        for row, one in enumerate(target.interim[:INTERIM_ROWS], 1):
            found |= {f"day_{row}": one.due_on, f"value_{row}": f"{one.value_pct:g}"}
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for row in range(1, INTERIM_ROWS + 1):
            if (said.get(f"day_{row}") is None) != (said.get(f"value_{row}") is None):
                self.add_error(f"day_{row}", _("Mỗi mốc cần cả ngày và giá trị; hãy điền nốt hoặc để trống cả hai."))
        return said

    def target(self) -> Target:
        """What a valid form says."""
        said = self.cleaned_data
        rows = [(said[f"day_{row}"], said[f"value_{row}"]) for row in range(1, INTERIM_ROWS + 1)]
        return Target(
            indicator=said["indicator"],
            title=said["title"].strip(),
            operator=said["operator"],
            value_pct=float(said["value_pct"]),
            owner=said["owner"],
            scope=said["scope"],
            interim=[InterimTarget(due_on=day, value_pct=float(value)) for day, value in sorted(_given(rows))],
        )


def _given(rows: Iterable[tuple[dt.date | None, Any]]) -> list[tuple[dt.date, Any]]:
    return [(day, value) for day, value in rows if day is not None and value is not None]


class PlannedTaskForm(StepForm):
    """One task of the plan."""

    title = forms.CharField(label=_("Nhiệm vụ"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    product = forms.CharField(label=_("Sản phẩm dự kiến"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    lead = forms.ChoiceField(label=_("Cơ quan chủ trì"))
    supporting = forms.MultipleChoiceField(
        label=_("Cơ quan phối hợp"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    starts_on = day_field(_("Ngày bắt đầu"))
    due_on = day_field(_("Thời hạn"))
    budget_line = forms.CharField(label=_("Nguồn kinh phí"), max_length=200, required=False)
    budget_vnd = forms.IntegerField(label=_("Kinh phí (đồng)"), min_value=0, max_value=10**15, required=False)
    people = forms.CharField(label=_("Nhân lực"), max_length=300, required=False)
    indicators = forms.MultipleChoiceField(
        label=_("Phục vụ mục tiêu"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )

    def __init__(self, *args: Any, units: GroupedChoices, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("lead", units), ("supporting", units), ("indicators", targets)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # all are choice fields

    def task(self) -> PlannedTask:
        """What a valid form says."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        return PlannedTask(**said)


class NoteForm(StepForm):
    """A step with a word about it."""

    note = forms.CharField(
        label=_("Nội dung"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


class CommentForm(forms.Form):
    """What an agency thinks of a draft."""

    note = forms.CharField(
        label=_("Ý kiến góp ý"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Hãy ghi ý kiến.")},
    )


class ApproveForm(StepForm):
    """The act by which a plan is approved."""

    number = forms.CharField(label=_("Số, ký hiệu"), max_length=60, help_text=_("Ví dụ 33/QĐ-UBND."))
    issued_on = day_field(_("Ngày ban hành"))
    signer = forms.CharField(label=_("Người ký"), max_length=150)


class SendForm(StepForm):
    """When and with which document a plan was sent to the ministry."""

    sent_on = day_field(_("Ngày gửi"))
    document = forms.CharField(label=_("Số văn bản gửi"), max_length=60)


class ForceForm(StepForm):
    """From when a plan is followed."""

    on = day_field(_("Có hiệu lực từ ngày"))


class CloseForm(StepForm):
    """The report that ends a plan."""

    on = day_field(_("Ngày báo cáo"))
    report = forms.CharField(label=_("Số báo cáo"), max_length=60)
