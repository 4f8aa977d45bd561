"""Citizens rate and complain; leaders read and answer."""

import uuid
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.accounts.api import Action, CitizenRequest, SignedInRequest, action_required, citizen_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules.machine import SETTLED
from tinhso.public_services.dossiers.selectors import own
from tinhso.public_services.dossiers.services import looks
from tinhso.public_services.feedback import presenters, selectors, services
from tinhso.public_services.feedback.choices import ComplaintKind, Reason
from tinhso.public_services.feedback.forms import AnswerForm, ComplaintForm, DaysForm, RatingForm
from tinhso.public_services.feedback.models import Complaint

PER_PAGE = 50
COMMENTS_SHOWN = 20


# ---- citizens ----


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def rate(request: CitizenRequest, key: UUID) -> HttpResponse:
    """Rate a settled dossier; what was given when it is rated already."""
    found = _own_or_404(request, key)
    form = RatingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.rate(
                dossier_id=found.pk,
                user=request.user,
                level=form.cleaned_data["level"],
                reasons=[Reason(code) for code in form.cleaned_data["reasons"]],
                comment=form.cleaned_data["comment"],
                at=clock.now(),
            )
        except (services.NotRatable, services.AlreadyRated) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Cảm ơn ông, bà đã đánh giá."))
            return redirect("public_services:my_dossier", key)
    context = {
        "dossier": found,
        "form": form,
        "rating": selectors.rating_of(found),
        "is_settled": found.state in SETTLED,
    }
    return render(request, "public_services/feedback/rate.html", context, status=_status(form))


@require_safe
@citizen_required
def my_complaints(request: CitizenRequest) -> HttpResponse:
    """What the citizen complained of or proposed."""
    at = clock.now()
    found = selectors.complaints_of(request.user)
    lines = [presenters.complaint(one, at=at, is_official=False) for one in found]
    return render(request, "public_services/feedback/my_complaints.html", {"lines": lines})


@require_safe
@citizen_required
def my_complaint(request: CitizenRequest, key: UUID) -> HttpResponse:
    """One of them, with its answer."""
    try:
        found = selectors.complaint_of(request.user, key)
    except Complaint.DoesNotExist:
        raise Http404 from None
    line = presenters.complaint(found, at=clock.now(), is_official=False)
    said, answered = presenters.texts(found)
    context = {"line": line, "said": said, "answered": answered}
    return render(request, "public_services/feedback/my_complaint.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def complain(request: CitizenRequest) -> HttpResponse:
    """Complain of an agency, or of an own dossier: `?dossier=KEY`."""
    about = _asked_about(request)
    units = None if about else presenters.unit_choices(clock.today())
    if request.method != "POST":
        return _complaint_page(request, about, ComplaintForm(initial={"key": uuid.uuid4().hex}, units=units))
    form = ComplaintForm(request.POST, units=units)
    if form.is_valid():
        try:
            made = _complain(request, about, form)
        except (services.NothingWritten, services.TooManyComplaints) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã gửi; cơ quan trả lời trước %(day)s.") % {"day": f"{made.due_at:%d/%m/%Y}"})
            return redirect("public_services:my_complaint", made.key)
    return _complaint_page(request, about, form)


def _complain(request: CitizenRequest, about: Dossier | None, form: ComplaintForm) -> Complaint:
    said = form.cleaned_data
    return services.complain(
        user=request.user,
        kind=ComplaintKind(said["kind"]),
        agency_id=about.agency_id if about else said["agency"],
        dossier_id=about.pk if about else None,
        text=said["text"],
        key=said["key"],
        at=clock.now(),
    )


def _complaint_page(request: CitizenRequest, about: Dossier | None, form: ComplaintForm) -> HttpResponse:
    agency = presenters.name_of(about.agency_id, clock.today()) if about else ""
    context = {"about": about, "agency": agency, "form": form, "days": services.answer_term().amount}
    return render(request, "public_services/feedback/complain.html", context, status=_status(form))


def _own_or_404(request: CitizenRequest, key: UUID) -> Dossier:
    try:
        return own.dossier(request.user, key)
    except Dossier.DoesNotExist:
        raise Http404 from None


def _asked_about(request: CitizenRequest) -> Dossier | None:
    """The own dossier that the address names; None for none."""
    text = request.GET.get("dossier", "")
    if not text:
        return None
    try:
        return _own_or_404(request, UUID(text))
    except ValueError:
        raise Http404 from None


# ---- leaders ----


@require_safe
@action_required(Action.OVERSEE_SERVICES)
def complaints(request: SignedInRequest) -> HttpResponse:
    """Complaints that agencies of the leader's scope answer, open ones first."""
    at = clock.now()
    found = selectors.complaints(request.scope, at)
    if wanted_table(request) is not None:
        lines = (presenters.complaint(one, at=at, is_official=True) for one in found)
        return csv_table("phan-anh-kien-nghi.csv", presenters.complaint_columns(), lines)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": [presenters.complaint(one, at=at, is_official=True) for one in page],
        "counts": selectors.complaint_counts(request.scope, at),
        "pages": pages(page),
    }
    return render(request, "public_services/feedback/complaints.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.OVERSEE_SERVICES)
def complaint(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One complaint, and its answer: given once."""
    try:
        found = selectors.complaint_in(request.scope, key)
    except Complaint.DoesNotExist:
        raise Http404 from None
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.answer(complaint_id=found.pk, user=request.user, text=form.cleaned_data["text"], at=clock.now())
        except (services.NothingWritten, services.AlreadyAnswered) as refusal:
            form.add_error(None, str(refusal))
            found = selectors.complaint_in(request.scope, key)
        else:
            messages.success(request, _("Đã gửi trả lời."))
            return redirect("public_services:complaint", key)
    if found.dossier:
        at, what = clock.now(), _("Phản ánh, kiến nghị")
        looks.note_look(dossier=found.dossier, user=request.user, what=what, at=at, on=clock.today())
    line = presenters.complaint(found, at=clock.now(), is_official=True)
    said, answered = presenters.texts(found)
    context = {"line": line, "said": said, "answered": answered, "form": form}
    return render(request, "public_services/feedback/complaint.html", context, status=_status(form))


@require_safe
@action_required(Action.OVERSEE_SERVICES)
def ratings(request: SignedInRequest) -> HttpResponse:
    """How satisfied people are, by agency and procedure."""
    today = clock.today()
    form = DaysForm(request.GET if "first" in request.GET else None)
    first, last = form.days(today)
    rows = presenters.tally_rows(selectors.tallies(request.scope, first, last), today)
    if wanted_table(request) is not None:
        return csv_table("danh-gia.csv", presenters.tally_columns(), rows)
    shown = DaysForm(initial={"first": first, "last": last})
    context = {
        "form": form if form.errors else shown,
        "rows": rows,
        "totals": presenters.totals(rows),
        "reasons": [(reason.label, count) for reason, count in selectors.reasons(request.scope, first, last)],
        "comments": presenters.comment_lines(selectors.comments(request.scope, first, last, COMMENTS_SHOWN), today),
        "csv_url": f"?format=csv&first={first}&last={last}",
    }
    return render(request, "public_services/feedback/ratings.html", context)


def _status(form: Form) -> int:
    return 422 if form.is_bound and form.errors else 200
