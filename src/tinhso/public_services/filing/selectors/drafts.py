"""A draft with all that its pages show, and what became of one that was filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, UUIDField

from tinhso.accounts.api import User
from tinhso.core import sealed
from tinhso.core.prepared import Prepared, Slot
from tinhso.public_services.catalog.rules.content import Bundle, Paper
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Draft, DraftFile
from tinhso.public_services.form_engine.rules import answers as answer_rules

_BY_KEY = Prepared(lambda: Draft.objects.filter(key=Slot("key", UUIDField()), user=Slot("user", BigIntegerField())))


@dataclass(frozen=True)
class Filling:
    """A draft that is being filled in.

    Attributes:
        answers: everything saved, of hidden questions and of filing itself, too.
    """

    draft: Draft
    bundle: Bundle
    answers: dict[str, Any]

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The answers to what the form asks."""
        return answer_rules.asked(self.bundle.read_form, self.answers)

    @cached_property
    def papers(self) -> list[Paper]:
        """The papers that these answers call for."""
        return self.bundle.papers_for(self.asked)

    @cached_property
    def files(self) -> list[DraftFile]:
        return list(self.draft.files.select_related("file").order_by("pk"))

    def with_draft(self, draft: Draft) -> "Filling":
        """The same after saving."""
        self.draft.revision, self.draft.sealed, self.draft.updated_at = draft.revision, draft.sealed, draft.updated_at
        return Filling(self.draft, self.bundle, sealed.opened_values(draft.sealed))

    def with_answers(self, answers: Mapping[str, Any]) -> "Filling":
        """The same with answers that are not saved yet."""
        return Filling(self.draft, self.bundle, {**self.answers, **answers})


def filling(user: User, key: UUID) -> Filling:
    """The draft that somebody fills in, the own one or in a session of assistance.

    Raises:
        Draft.DoesNotExist: it is somebody else's, was filed or discarded.
    """
    draft = _BY_KEY.get(key=key, user=user.pk)
    return Filling(draft, procedures.bundle(draft.version_id), sealed.opened_values(draft.sealed))


def own_draft(user: User, version_id: int) -> Draft | None:
    """What somebody has begun online for a version of a procedure; None when nothing is."""
    return Draft.objects.filter(user=user, version=version_id, channel="online", assistance__isnull=True).first()


def filed_as(user: User, key: UUID) -> Dossier | None:
    """The dossier that a draft has become; None when it has not been filed by this person."""
    kinds = [Action.SUBMIT.value, Action.RECEIVE.value]
    events = DossierEvent.objects.select_related("dossier__version", "dossier__agency")
    found = events.filter(actor=user.username, idempotency_key=str(key), kind__in=kinds).first()
    return found.dossier if found else None


def filed_dossier(user: User, key: UUID) -> Dossier | None:
    """A dossier by its own key, for whoever filed it; None for everybody else."""
    rows = Dossier.objects.select_related("version__procedure")
    return rows.filter(key=key, events__seq=1, events__actor=user.username).first()


def last_agency(user: User) -> int | None:
    """Where somebody has filed last; None for the first time."""
    filed = Dossier.objects.filter(parties__user=user, channel="online").order_by("-pk")
    return filed.values_list("agency_id", flat=True).first()
