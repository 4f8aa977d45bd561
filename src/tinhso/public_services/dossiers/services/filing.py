"""Opening a dossier: from a draft that is complete, filed online or taken in at the counter."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects

from tinhso.accounts import api as accounts
from tinhso.core import counters, sealed
from tinhso.core.prepared import Taking, insert
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Action, Channel, DeliveryWay, PartyRole, Relation
from tinhso.public_services.dossiers.models import Attachment, Dossier, DossierEvent, Draft, DraftFile, Party
from tinhso.public_services.dossiers.rules import chain, machine, numbers
from tinhso.public_services.dossiers.rules.machine import Snapshot
from tinhso.public_services.dossiers.selectors import codes
from tinhso.public_services.dossiers.selectors.standing import APPLICANTS
from tinhso.public_services.dossiers.services import apply, effects
from tinhso.public_services.dossiers.services.changes import Actor, Change
from tinhso.public_services.dossiers.services.refusals import NotAllowed, Unfinished
from tinhso.public_services.form_engine.rules import answers as answer_rules
from tinhso.public_services.form_engine.rules.answers import Problem

INFECTED = "infected"
TAKE_DRAFT, TAKE_FILES = Taking(Draft, "id"), Taking(DraftFile, "draft_id")
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartyText:
    """A person in a dossier, as known when it is filed.

    Attributes:
        identity_number: empty when unknown.
        mandate: on what ground somebody acts for the owner; empty for the owner.
        user_id: account; None for a person without one.
    """

    role: PartyRole
    full_name: str
    identity_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    mandate: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of filing.

    Attributes:
        look_up_code: with which the dossier is found without signing in; empty when the filing was a repetition.
    """

    dossier: Dossier
    look_up_code: str
    is_replay: bool = False


def problems_of(draft: Draft, *, files: Iterable[DraftFile] | None = None) -> list[Problem]:
    """What keeps a draft from being filed; papers as `paper:CODE`."""
    bundle = procedures.bundle(draft.version_id)
    asked = answer_rules.asked(bundle.read_form, sealed.opened_values(draft.sealed))
    there = list(draft.files.all()) if files is None else list(files)
    return _problems(bundle, asked, there)


def _problems(bundle: Bundle, asked: Answers, files: Sequence[DraftFile]) -> list[Problem]:
    found = answer_rules.problems(bundle.read_form, asked)
    for paper in bundle.papers_for(asked):
        sent = [file for file in files if file.paper == paper.code]
        if len(sent) < paper.min:
            found.append(Problem(f"paper:{paper.code}", "required", paper.min))
        if any(file.scan == INFECTED for file in sent):
            found.append(Problem(f"paper:{paper.code}", "infected"))
    return found


@transaction.atomic(savepoint=False)
def submit(
    *,
    draft_id: int,
    agency: UnitRow,
    parties: Sequence[PartyText],
    actor: Actor,
    key: str,
    at: dt.datetime,
    delivery: DeliveryWay = DeliveryWay.ONLINE,
    is_assisted: bool = False,
) -> Filed:
    """File a draft online (nộp hồ sơ trực tuyến): the dossier is there with all its files, or nothing is.

    A refusal undoes the whole transaction of the caller, when there is one.

    Args:
        agency: that offers the procedure on the day.
        parties: the owner first; others with their mandates.
        key: the draft's key: filing it again answers what it answered before.
        is_assisted: somebody was helped; the dossier says so.

    Raises:
        Draft.DoesNotExist: it was discarded.
        Unfinished: answers or papers are missing or wrong.
        KeyReused: the key belongs to another request.
    """
    draft = _taken(draft_id)
    if draft is None:
        return _filed_before(actor, key)
    return _open(
        draft,
        Action.SUBMIT,
        agency=agency,
        parties=parties,
        actor=actor,
        key=key,
        at=at,
        delivery=delivery,
        is_assisted=is_assisted,
        request={},
    )


@transaction.atomic(savepoint=False)
def receive(
    *,
    draft_id: int,
    agency: UnitRow,
    parties: Sequence[PartyText],
    actor: Actor,
    key: str,
    at: dt.datetime,
    delivery: DeliveryWay = DeliveryWay.COUNTER,
    originals: Sequence[str] = (),
    is_digitized: bool = False,
) -> Filed:
    """Take a dossier in at the counter or by post (tiếp nhận tại Bộ phận Một cửa); the term begins.

    Args:
        originals: codes of papers that were handed over on paper.
        is_digitized: every paper was scanned at reception (NĐ 107/2021/NĐ-CP).

    Raises:
        NotAllowed: it is the official's own dossier.
        Draft.DoesNotExist, Unfinished, KeyReused: as of `submit`.
    """
    draft = _taken(draft_id)
    if draft is None:
        return _filed_before(actor, key)
    if _is_own(actor, parties):
        raise NotAllowed("own")
    return _open(
        draft,
        Action.RECEIVE,
        agency=agency,
        parties=parties,
        actor=actor,
        key=key,
        at=at,
        delivery=delivery,
        is_digitized=is_digitized,
        request={"originals": list(originals)},
    )


def _taken(draft_id: int) -> Draft | None:
    """A draft, taken out of what is being filled in: whoever comes second, by a second press of the button, waits and
    finds nothing. A refusal afterwards puts it back. None: it was filed or discarded."""
    return next(iter(TAKE_DRAFT.rows(draft_id)), None)


def _files(draft: Draft) -> list[DraftFile]:
    """The files of a draft that was taken, in the order in which they came."""
    files = sorted(TAKE_FILES.rows(draft.pk), key=lambda file: file.pk)
    prefetch_related_objects(files, "file")
    return files


def _filed_before(actor: Actor, key: str) -> Filed:
    event = DossierEvent.objects.select_related("dossier").filter(actor=actor.name, idempotency_key=key).first()
    if event is None:
        raise Draft.DoesNotExist
    return Filed(event.dossier, "", is_replay=True)


def _open(
    draft: Draft,
    action: Action,
    *,
    agency: UnitRow,
    parties: Sequence[PartyText],
    actor: Actor,
    key: str,
    at: dt.datetime,
    delivery: DeliveryWay,
    request: Mapping[str, Any],
    is_assisted: bool = False,
    is_digitized: bool = False,
) -> Filed:
    bundle = procedures.bundle(draft.version_id)
    asked = answer_rules.asked(bundle.read_form, sealed.opened_values(draft.sealed))
    files = _files(draft)
    found = _problems(bundle, asked, files)
    if action == Action.RECEIVE:
        handed = {f"paper:{code}" for code in request["originals"]}
        found = [problem for problem in found if problem.pointer not in handed]
    if found:
        raise Unfinished(found)
    move = machine.step(Snapshot(state=None), action, actor.relations)
    code = numbers.look_up_code()
    dossier = Dossier(
        number=_number(agency, at),
        look_up=sealed.hashed(f"look-up:{numbers.plain_code(code)}"),
        version_id=draft.version_id,
        agency_id=agency.unit_id,
        agency_code=agency.code,
        channel=draft.channel,
        state=move.target,
        revision=0,
        sealed=sealed.seal_values(asked),
        desk="one_stop",
        submitted_at=at,
        delivery=delivery,
        is_assisted=is_assisted,
        is_digitized=is_digitized,
    )
    change = Change(dossier, bundle, action.value, actor, at, request, Snapshot(state=None), move, 1)
    dossier.accepted_at = at if action == Action.RECEIVE else None
    effects.opened(change)
    change.secret[codes.KEPT_AS] = code
    change.payload |= {"files": _hashes(files), "form": chain.request_digest("form", asked)}
    change.payload |= {"version": draft.version_id, **request}
    event = apply.append(change, key, chain.request_digest(action, {"draft": str(draft.key)}))
    _keep_parties(dossier, parties)
    _keep_files(dossier, files)
    apply.follow_up(dossier, event, at=at)
    return Filed(dossier, code)


def _is_own(actor: Actor, parties: Sequence[PartyText]) -> bool:
    """Whether whoever takes a dossier in is a party to it, by account or by identity number."""
    if actor.user is None:
        return False
    identity = accounts.identity_hash_of(actor.user)
    return any(
        party.user_id == actor.user.pk
        or (party.identity_number and accounts.identity_hash(party.identity_number) == identity)
        for party in parties
        if party.role in APPLICANTS
    )


def _number(agency: UnitRow, at: dt.datetime) -> str:
    """The next number of the agency's day; the counter's row is held until the dossier is there."""
    day = at.date()
    place = counters.next_number(f"public_services.dossier:{agency.code}:{day:%Y%m%d}")
    return numbers.number(settings.DOSSIER_NUMBER, unit=agency.code, day=day, place=place)


def _keep_parties(dossier: Dossier, parties: Sequence[PartyText]) -> None:
    for party in parties:
        kept = Party(
            dossier=dossier,
            role=party.role,
            user_id=party.user_id,
            identity_hash=accounts.identity_hash(party.identity_number) if party.identity_number else "",
            mandate=party.mandate[:120],
            sealed=sealed.seal_values(
                {
                    "full_name": party.full_name,
                    "identity_number": party.identity_number,
                    "phone": party.phone,
                    "email": party.email,
                    "address": party.address,
                }
            ),
        )
        insert(kept)


def _keep_files(dossier: Dossier, files: Sequence[DraftFile]) -> None:
    Attachment.objects.bulk_create(
        Attachment(dossier=dossier, paper=file.paper, file_id=file.file_id, name=file.name, scan=file.scan, added_seq=1)
        for file in files
    )


def _hashes(files: Sequence[DraftFile]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(file.paper, []).append(file.file.sha256)
    return found


def relations_of_filer(channel: str) -> frozenset[str]:
    """What the one who files is to the dossier that begins."""
    return frozenset({Relation.APPLICANT.value if channel == Channel.ONLINE else Relation.RECEPTION.value})
