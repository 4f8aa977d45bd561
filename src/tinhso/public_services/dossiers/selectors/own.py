"""A citizen's own dossiers: those in which the person is owner, applicant or delegate."""

from uuid import UUID

from django.db.models import Q, QuerySet

from tinhso.accounts import api as accounts
from tinhso.accounts.api import User
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import Dossier, Party
from tinhso.public_services.dossiers.selectors.standing import APPLICANTS


def of_person(user: User) -> QuerySet[Dossier]:
    """The dossiers of a citizen, found by account and by identity number, since others may have filed them."""
    citizen = accounts.citizen_of(user)
    mine = Q(user=user)
    if citizen:
        mine |= Q(identity_hash=accounts.identity_hash(citizen.identity_number))
    return Dossier.objects.filter(pk__in=Party.objects.filter(mine, role__in=APPLICANTS).values("dossier"))


def dossier(user: User, key: UUID) -> Dossier:
    """One of a citizen's own dossiers.

    Raises:
        Dossier.DoesNotExist: there is none, or it is somebody else's.
    """
    return of_person(user).select_related("version__procedure").get(key=key)


def owns(user: User, dossier: Dossier) -> bool:
    """Whether a person is the owner, not only somebody who files for the owner."""
    citizen = accounts.citizen_of(user)
    owner = dossier.parties.filter(role=PartyRole.OWNER)
    if citizen:
        number = accounts.identity_hash(citizen.identity_number)
        return owner.filter(Q(user=user) | Q(identity_hash=number)).exists()
    return owner.filter(user=user).exists()
