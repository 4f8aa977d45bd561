"""The register of results (sổ kết quả giải quyết)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from tinhso.accounts.api import Scope
from tinhso.public_services.dossiers.choices import State
from tinhso.public_services.dossiers.models import Charge, Dossier, ResultDocument
from tinhso.public_services.results.rules import REFUSAL


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the register is asked for; empty for everything.

    Attributes:
        number: part of a result's number, or of a dossier's.
    """

    agency_id: int | None = None
    type: str = ""
    number: str = ""


def valid_results(owner_hash: str, type_: str, on: dt.date) -> QuerySet[ResultDocument]:
    """Results of one kind that somebody has and that count on a day, the newest first: they need not be asked for.

    One that waits for its fee has not been handed over, and stands for nothing yet.

    Args:
        owner_hash: of the person's identity number (`accounts.identity_hash`); nobody's when empty.
        type_: kind of result, as a paper's `reuse` names it.
    """
    lasting = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
    counting = ResultDocument.objects.filter(
        lasting,
        is_signed=True,
        issued_seq__isnull=False,
        issued_on__lte=on,
        revoked_at__isnull=True,
        superseded_by__isnull=True,
    )
    unpaid = Charge.objects.filter(dossier=OuterRef("dossier"), dossier__state=State.RESOLVED, settled_at__isnull=True)
    counting = counting.exclude(Exists(unpaid))
    found = counting.filter(owner_hash=owner_hash, type=type_) if owner_hash else counting.none()
    return found.select_related("file").order_by("-issued_on", "-pk")


def register(scope: Scope, asked: Asked) -> QuerySet[ResultDocument]:
    """Results that agencies in a scope have issued, the newest first."""
    rows = scope.filter(ResultDocument.objects.filter(issued_seq__isnull=False), "dossier__agency")
    if asked.agency_id is not None:
        rows = rows.filter(dossier__agency=asked.agency_id)
    if asked.type:
        rows = rows.filter(type=asked.type)
    if asked.number:
        rows = rows.filter(Q(number__icontains=asked.number) | Q(dossier__number__icontains=asked.number))
    return rows.select_related("dossier", "superseded_by", "supersedes").order_by("-issued_on", "-pk")


def kinds(scope: Scope) -> list[tuple[str, str]]:
    """The kinds of results in a scope, each with the name that it was issued under last."""
    rows = scope.filter(ResultDocument.objects.filter(issued_seq__isnull=False), "dossier__agency")
    return sorted(dict(rows.order_by("pk").values_list("type", "name")).items(), key=lambda pair: pair[1])


def agencies(scope: Scope) -> list[int]:
    """The agencies in a scope that have issued results."""
    rows = scope.filter(ResultDocument.objects.filter(issued_seq__isnull=False), "dossier__agency")
    return sorted(set(rows.order_by().values_list("dossier__agency", flat=True)))


def result(key: uuid.UUID) -> ResultDocument:
    """A result by its key.

    Raises:
        ResultDocument.DoesNotExist: there is none.
    """
    return ResultDocument.objects.select_related("dossier", "file", "superseded_by").get(
        key=key, issued_seq__isnull=False
    )


def of_dossier(dossier: Dossier) -> list[ResultDocument]:
    """Every result of a dossier, the newest first."""
    rows = dossier.results.filter(issued_seq__isnull=False).select_related("file", "superseded_by", "supersedes")
    return list(rows.order_by("-pk"))


def current(dossier: Dossier) -> ResultDocument | None:
    """The newest result that no other replaces, revoked or not; None before the first."""
    return dossier.results.filter(superseded_by__isnull=True).order_by("-pk").first()


def is_refusal(row: ResultDocument) -> bool:
    """Whether it is the letter of a refusal, which stands for no paper."""
    return row.type == REFUSAL
