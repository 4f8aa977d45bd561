"""An alert in one sentence, the same on pages and in letters."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.core.numbers import number, percent
from tinhso.operations.choices import AlertKind
from tinhso.operations.models import Alert
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

_SENTENCES = {
    AlertKind.LEVEL: gettext_lazy("mới đạt %(value)s, lúc này cần %(expected)s."),
    AlertKind.DEADLINE: gettext_lazy("mới đạt %(value)s, còn thiếu %(missing)s; còn %(days)s ngày tới hạn %(due_on)s."),
    AlertKind.CHANGE: gettext_lazy("tháng %(month)s chỉ đạt %(value)s, thường ở mức %(usual)s (ít khi dưới %(low)s)."),
    AlertKind.FORECAST: gettext_lazy(
        "dự báo cuối năm %(value)s (từ %(low)s đến %(high)s), khả năng đạt mục tiêu %(target)s là %(chance)s."
    ),
    AlertKind.COMPLETENESS: gettext_lazy(
        "%(silent)s trong %(units)s đơn vị vẫn có số liệu ba tháng trước, tháng %(month)s không có."
    ),
    AlertKind.SILENCE: gettext_lazy("không có số liệu mới từ %(last_on)s, đã %(days)s ngày."),
}
SHARES = ("value", "expected", "target", "usual", "low", "high", "chance")


def subject(alert: Alert, on: dt.date) -> str:
    """Whom and what an alert is about: “Sở …: văn bản ký số”."""
    if alert.dataset:
        return _("Nguồn “%(title)s”") % {"title": alert.facts.get("title", alert.dataset)}
    return f"{organizations.named_unit(alert.org_unit_id, on).name}: {title(alert)}"


def title(alert: Alert) -> str:
    """The target's title in its plan; its id where the plan has it no more."""
    plan = plans.plans().get(alert.plan_number)
    found = {one.indicator: one.title for one in plan.targets} if plan else {}
    return found.get(alert.indicator, alert.indicator)


def words(alert: Alert) -> str:
    """What was seen."""
    if alert.dataset and not alert.facts.get("last_on"):
        return _("chưa từng có số liệu.")
    return str(_SENTENCES[AlertKind(alert.kind)]) % {name: _said(name, value) for name, value in alert.facts.items()}


def _said(name: str, value: Any) -> str:
    if name in SHARES:
        return percent(value)
    if name in ("due_on", "last_on"):
        return f"{dt.date.fromisoformat(value):%d/%m/%Y}"
    if name == "month":
        return f"{int(value[5:7])}/{value[:4]}"
    if name == "missing":
        return number(round(value))
    return str(value)
