"""Dossiers as rows of the dataset `dossiers`.

A dossier is published from its acceptance on, or when its acceptance was refused: before, nothing counts, and the
dataset asks for the day of receipt. So drafts, filings nobody has accepted yet, and what was withdrawn or lapsed
before acceptance are not there. One that was refused and reopened by a correction stands as newly registered (1).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from django.db.models import F, Q, QuerySet

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitKind, UnitRow
from tinhso.public_services.dossiers.choices import Channel, PartyRole, State
from tinhso.public_services.dossiers.models import Charge, Dossier, Party, ResultDocument
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.feedback import selectors as feedback
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.publishing.rules.rows import Row, local

DATASET = "dossiers"
CHUNK = 1000
REFERENCE_DIGITS = 16
CASH = "cash"
FIELDS = (
    *("number", "revision", "published_seq", "agency_id", "agency_code", "channel", "state", "submitted_at"),
    *("accepted_at", "due_at", "resolved_at", "delivered_at", "is_assisted", "is_digitized"),
    "version__procedure__code",
)
PUBLISHABLE = Q(accepted_at__isnull=False) | Q(state=State.REFUSED) | Q(published_seq__gt=0)


def publishable() -> QuerySet[Dossier]:
    """Dossiers that the dataset tells of, in order of their keys, without what lies sealed."""
    found = Dossier.objects.filter(PUBLISHABLE).select_related("version__procedure")
    return found.only(*FIELDS).order_by("pk")


def unpublished() -> QuerySet[Dossier]:
    """Those of them that have changed since they were published last."""
    return publishable().filter(published_seq__lt=F("revision"))


def chunks(dossiers: QuerySet[Dossier]) -> Iterator[list[tuple[Dossier, Row]]]:
    """Dossiers with their rows, some thousand at a time."""
    held: list[Dossier] = []
    for dossier in dossiers.iterator(chunk_size=CHUNK):
        held.append(dossier)
        if len(held) == CHUNK:
            yield list(zip(held, rows_of(held), strict=True))
            held = []
    if held:
        yield list(zip(held, rows_of(held), strict=True))


def rows_of(dossiers: Sequence[Dossier]) -> list[Row]:
    """The row of each dossier, as it stands now."""
    known = _Known(dossiers)
    return [_row(dossier, known) for dossier in dossiers]


class _Known:
    """What hangs on some dossiers, read in one query each."""

    def __init__(self, dossiers: Sequence[Dossier]) -> None:
        keys = [dossier.pk for dossier in dossiers]
        self.fees = _fees(keys)
        self.paid_online = _paid_online(keys)
        self.signed = _signed(keys)
        self.owners = {p.dossier_id: p for p in Party.objects.filter(dossier__in=keys, role=PartyRole.OWNER)}
        self.satisfaction = feedback.satisfaction_of(keys)
        self.units_on = cache(lambda day: {row.unit_id: row for row in organizations.units_on(day)})


def _row(dossier: Dossier, known: _Known) -> Row:
    unit = _unit(dossier, known)
    return {
        "dossier_code": dossier.number,
        "procedure_code": dossier.version.procedure.code,
        "agency_code": unit.code if unit else dossier.agency_code,
        "commune_code": unit.code if unit and unit.kind == UnitKind.COMMUNE else None,
        "channel": dossier.channel,
        "submitted_at": local(dossier.submitted_at),
        "received_at": local(dossier.accepted_at),
        "due_at": local(dossier.due_at),
        "finished_at": local(dossier.resolved_at),
        "returned_at": local(dossier.delivered_at),
        "status": _status(dossier),
        "assisted": dossier.is_assisted,
        "fee_vnd": known.fees[dossier.pk],
        "paid_online": dossier.pk in known.paid_online,
        "digitized": dossier.is_digitized,
        "result_signed": dossier.pk in known.signed,
        "account_ref": _account(dossier, known.owners.get(dossier.pk)),
        "satisfaction": known.satisfaction.get(dossier.pk),
    }


def _unit(dossier: Dossier, known: _Known) -> UnitRow | None:
    """The agency as it was on the day by which the dataset resolves it; None when it was not there any more."""
    day: dt.date = (dossier.accepted_at or dossier.submitted_at).astimezone(VIETNAM).date()
    found: dict[int, UnitRow] = known.units_on(day)
    return found.get(dossier.agency_id)


def _status(dossier: Dossier) -> int:
    """The national status; one that is not accepted can only be refused or newly registered."""
    is_told = dossier.accepted_at is not None or dossier.state == State.REFUSED
    return standing.national_status(dossier.state if is_told else State.SUBMITTED)


def _account(dossier: Dossier, owner: Party | None) -> str | None:
    """A keyed hash by which one owner's dossiers are known to be one's, and nothing else; None without an account."""
    if owner is None or not owner.identity_hash or (owner.user_id is None and dossier.channel != Channel.ONLINE):
        return None
    return sealed.hashed(f"account:{owner.identity_hash}")[:REFERENCE_DIGITS]


def _fees(keys: Iterable[int]) -> dict[int, int]:
    """What was paid of each, in VND."""
    found: dict[int, int] = defaultdict(int)
    settled = Charge.objects.filter(dossier__in=keys, settled_at__isnull=False)
    for dossier, amount in settled.values_list("dossier", "amount_vnd"):
        found[dossier] += amount
    return found


def _signed(keys: Iterable[int]) -> set[int]:
    """Those with a signed result in force: issued, neither replaced nor revoked."""
    issued = ResultDocument.objects.filter(dossier__in=keys, is_signed=True, issued_seq__isnull=False)
    valid = issued.filter(superseded_by__isnull=True, revoked_at__isnull=True)
    return set(valid.values_list("dossier", flat=True))


def _paid_online(keys: Iterable[int]) -> set[int]:
    """Those of which something that counts was paid without cash."""
    paid = Payment.objects.filter(dossier__in=keys, paid_at__isnull=False).exclude(receipt_number="")
    return set(paid.exclude(provider=CASH).values_list("dossier", flat=True))
