"""The catalog for everybody: no sign-in, no personal data."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import User
from tinhso.core import clock
from tinhso.core.errors import UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.public_services.catalog.choices import ApplicantKind, OnlineLevel
from tinhso.public_services.catalog.presenters import public as presenters
from tinhso.public_services.catalog.selectors import procedures

MOST_LETTERS = 200  # of what is searched for
PER_PAGE = 50


@require_safe
def public_catalog(request: HttpRequest) -> HttpResponse:
    """The procedures in force (danh mục thủ tục hành chính), searched with or without tone marks."""
    today = clock.today()
    query, field = request.GET.get("q", "")[:MOST_LETTERS].strip(), request.GET.get("field", "")
    applicant = request.GET.get("applicant", "")
    found = procedures.search(query, today, field=field, applicant=applicant)
    if wanted_table(request) is not None:
        return csv_table("thu-tuc-hanh-chinh.csv", presenters.columns(), presenters.rows(found))
    asked = {name: value for name, value in (("q", query), ("field", field), ("applicant", applicant)) if value}
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "field": field,
        "applicant": applicant,
        "is_narrowed": bool(asked),
        "fields": procedures.fields(today),
        "applicants": ApplicantKind.choices,
        "groups": presenters.by_field(presenters.rows(page)),
        "count": page.paginator.count,
        "pages": pages(page, **asked),
        "csv_url": f"{reverse('public_services:catalog')}?{urlencode({**asked, 'format': 'csv'})}",
    }
    return render(request, "public_services/catalog/catalog.html", context)


@require_safe
def public_procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure, on one sheet of A4 when it is printed."""
    today = clock.today()
    try:
        version = procedures.in_force(code, today)
    except UnknownName:
        return _unknown(request, code)
    sheet = presenters.sheet(
        version, procedures.bundle(version.pk), procedures.offering_units(version.procedure.code, today)
    )
    is_known = isinstance(request.user, User)
    context = {
        "sheet": sheet,
        "may_file": version.online_level != OnlineLevel.NONE,
        "is_citizen": is_known and accounts.is_citizen(request.user),
        "is_unknown": not is_known,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
    }
    return render(request, "public_services/catalog/procedure.html", context)


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    """A code that names no procedure, or one that is no longer in force."""
    context = {"code": code[:40], "is_old": bool(procedures.versions(code))}
    return render(request, "public_services/catalog/unknown.html", context, status=404)
