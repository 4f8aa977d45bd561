"""The briefing for the steering committee: a page, and the same as PDF, Word and Excel."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock, media
from tinhso.core.papers import pdf, word
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import briefing as presenter
from tinhso.operations.presenters import common, releases
from tinhso.operations.presenters.briefing import Briefing
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.presenters.papers import briefing as papers
from tinhso.operations.presenters.papers import workbook
from tinhso.operations.views.asked import Asked, offers_elsewhere
from tinhso.operations.views.data import covers_province
from tinhso.plans import api as plans

FORMS: dict[str, tuple[str, Callable[[Briefing], bytes]]] = {
    "pdf": (media.PDF, lambda found: pdf.document(papers.paper(found))),
    "docx": (media.DOCX, lambda found: word.document(papers.paper(found))),
    "xlsx": (media.XLSX, workbook.workbook),
}


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def briefing(request: SignedInRequest) -> HttpResponse:
    """The briefing on a unit; files are made from a release only, and whoever may freezes the figures for one."""
    asked = Asked(request)
    may_freeze = asked.release is None and covers_province(
        accounts.scope(user=request.user, action=Action.MAKE_RELEASE, on=clock.today())
    )
    if request.method == "POST" and may_freeze:
        return redirect("operations:asked_release", _freeze(request, asked))
    about = presenter.Subject(
        asked.question,
        asked.unit,
        [row.unit_id for row in asked.children],
        asked.kept,
        request.scope,
        asked.finality.unsettled,
    )
    form = request.GET.get("format", "")
    if form in FORMS and asked.release is not None:
        try:
            with translation.override("vi"):  # papers are Vietnamese, whoever reads the pages
                return _file(presenter.gathered(about, today=clock.today()), form)
        except pdf.PdfUnavailable as refusal:
            messages.error(request, str(refusal))
            return redirect(asked.address("operations:briefing"))
    found = presenter.gathered(about, today=clock.today())
    context = asked.around(address("operations:briefing")) | {
        "crumbs": asked.crumbs(Crumb(_("Báo cáo"))),
        "briefing": found,
        "files": _links(asked) if asked.release is not None else [],
        "may_freeze": may_freeze,
        "targets_csv_url": asked.address("operations:overview", format="csv"),
        "releases": [releases.entry(one) for one in indicators.releases()[:5]] if asked.release is None else [],
    }
    return render(request, "operations/briefing.html", context)


def _freeze(request: SignedInRequest, asked: Asked) -> str:
    """Have the figures frozen for a briefing on the period that is looked at."""
    note = _("Báo cáo ban chỉ đạo, %(period)s") % {"period": common.period_in_words(asked.question.period)}
    return plans.ask_for_release(
        number=asked.question.plan.number,
        period=asked.question.period.code,
        note=note,
        actor=request.user.username,
        at=clock.now(),
    )


def _links(asked: Asked) -> list[tuple[str, str]]:
    titles = {"pdf": _("PDF (lưu trữ, PDF/A)"), "docx": _("Word"), "xlsx": _("Excel, kèm định nghĩa")}
    return [(title, asked.address("operations:briefing", format=form)) for form, title in titles.items()]


def _file(found: Briefing, form: str) -> HttpResponse:
    media_type, make = FORMS[form]
    answer = HttpResponse(make(found), content_type=media_type)
    assert found.release is not None  # noqa: S101 - files are made from releases only
    name = f"bao-cao-{found.unit.code}-ban-chot-{found.release.number}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
