"""Scoring the own unit, and verifying the scores of others."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.plans.models import Score
from tinhso.plans.rules.schemes import Criterion, Scheme
from tinhso.plans.services.scores import Said


class _ScoresForm(forms.Form):
    """Points and a note for every manual criterion of a scheme."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    points_label, note_label, has_files = _("Điểm tự chấm"), _("Giải trình"), True

    def __init__(self, *args: Any, scheme: Scheme, scores: dict[str, Score], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        for one in scheme.manual:
            self._add(one, scores.get(one.id))

    def _add(self, criterion: Criterion, score: Score | None) -> None:
        most = criterion.points
        self.fields[f"points_{criterion.id}"] = forms.DecimalField(
            label=self.points_label,
            min_value=0,
            max_value=most,
            max_digits=8,
            decimal_places=2,
            required=False,
            initial=self.points_of(score),
            help_text=_("Từ 0 đến %(most)s.") % {"most": f"{most:f}"},
        )
        self.fields[f"note_{criterion.id}"] = forms.CharField(
            label=self.note_label,
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=self.note_of(score),
        )
        if self.has_files:
            self.fields[f"file_{criterion.id}"] = forms.FileField(label=_("Tệp minh chứng"), required=False)

    def points_of(self, score: Score | None) -> Any:
        return score.self_points if score else None

    def note_of(self, score: Score | None) -> str:
        return score.self_note if score else ""

    def rows(self) -> list[tuple[Criterion, list[Any]]]:
        """The fields of every criterion."""
        kinds = ("points", "note", "file") if self.has_files else ("points", "note")
        return [(one, [self[f"{kind}_{one.id}"] for kind in kinds]) for one in self.scheme.manual]

    def said(self) -> dict[str, Said]:
        """What a valid form says."""
        data = self.cleaned_data
        found = {}
        for one in self.scheme.manual:
            file = data.get(f"file_{one.id}")
            found[one.id] = Said(
                points=data[f"points_{one.id}"],
                note=data[f"note_{one.id}"].strip(),
                file=(file.name, file, file.size) if file else None,
            )
        return found


class SelfScoreForm(_ScoresForm):
    """What the unit says of itself."""


class VerifyForm(_ScoresForm):
    """The points that count."""

    points_label, note_label, has_files = _("Điểm thẩm định"), _("Lý do"), False

    def points_of(self, score: Score | None) -> Any:
        if score is None:
            return None
        return score.self_points if score.verified_points is None else score.verified_points

    def note_of(self, score: Score | None) -> str:
        return score.verify_note if score else ""
