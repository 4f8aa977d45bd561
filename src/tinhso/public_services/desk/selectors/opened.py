"""One dossier as an official has opened it: who the person is to it and what may be done now."""

from dataclasses import dataclass
from functools import cached_property

from tinhso.public_services.catalog.rules.content import Bundle, Step
from tinhso.public_services.desk.selectors.reader import Reader
from tinhso.public_services.dossiers.choices import Action, Relation, State
from tinhso.public_services.dossiers.models import Consultation, Dossier, DossierEvent
from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.dossiers.rules.machine import Snapshot
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import claims, effects

FEE_TIMES = ("receive", "supplement")  # what is due on delivery is asked for by the system


@dataclass(frozen=True)
class Opened:
    """A dossier before an official.

    Attributes:
        relations: of the reader to it; empty for who may only look.
        snapshot: how it stands; another request for a supplement counts as lawful, since its form asks why.
    """

    dossier: Dossier
    bundle: Bundle
    reader: Reader
    relations: frozenset[str]
    snapshot: Snapshot

    @cached_property
    def actions(self) -> list[str]:
        """What the reader may do now, in the order of the machine."""
        found = machine.available(self.snapshot, self.relations)
        if Action.REQUEST_PAYMENT.value in found and not self.fee_times:
            found.remove(Action.REQUEST_PAYMENT.value)
        return found

    @cached_property
    def step(self) -> Step | None:
        return self.bundle.step(self.dossier.step) if self.dossier.step else None

    @cached_property
    def fee_times(self) -> list[str]:
        """When fees are due that are not charged yet."""
        return [when for when in FEE_TIMES if effects.fees_due(self.dossier, when)]

    @cached_property
    def events(self) -> list[DossierEvent]:
        return list(self.dossier.events.order_by("seq"))

    @cached_property
    def answerable(self) -> list[Consultation]:
        """Opinions that the reader may give, or note as whoever holds the step."""
        if Action.ANSWER_CONSULTATION.value not in self.actions:
            return []
        rows = standing.open_consultations(self.dossier)
        if Relation.HANDLER.value in self.relations:
            return rows
        return [row for row in rows if standing.may_answer(self.reader.user, row, on=self.reader.today)]

    @cached_property
    def may_claim(self) -> bool:
        dossier, reader = self.dossier, self.reader
        return dossier.claimed_by_id is None and claims.is_at_desk_of(reader.user, dossier, on=reader.today)

    @cached_property
    def may_release(self) -> bool:
        dossier, reader = self.dossier, self.reader
        return dossier.claimed_by_id is not None and claims.may_release(reader.user, dossier, on=reader.today)

    @cached_property
    def unpaid_vnd(self) -> int:
        """What has to be paid before the result may be handed over, in VND; 0 when nothing keeps it back."""
        return standing.unpaid_on_delivery_vnd(self.dossier)

    @property
    def may_sign(self) -> bool:
        """Whether the reader decides now: the result is made and signed on its own page."""
        decides = Relation.LEADER.value in self.relations and self.dossier.state == State.IN_PROGRESS
        return decides and self.snapshot.is_last_step


def opened(dossier: Dossier, reader: Reader, *, snapshot: Snapshot) -> Opened:
    """A dossier before an official."""
    relations = standing.relations(reader.user, dossier, on=reader.today)
    return Opened(dossier, standing.bundle_of(dossier), reader, relations, snapshot)
