"""The tables of this module, each defined where it is used; Django finds them here."""

from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.catalog.models import Offering, Procedure, ProcedureVersion
from tinhso.public_services.dossiers.models import (
    AccessLog,
    ActCount,
    Amendment,
    Attachment,
    Charge,
    ClockPause,
    Consultation,
    Dossier,
    DossierEvent,
    Draft,
    DraftFile,
    Message,
    Party,
    ResultDocument,
    StepTask,
    Supplement,
    SupplementDraft,
    SupplementFile,
)
from tinhso.public_services.feedback.models import Complaint, Rating
from tinhso.public_services.payments.models import Payment, PaymentNotice
from tinhso.public_services.portal.models import LookUpTries

__all__ = [
    "AccessLog",
    "ActCount",
    "Amendment",
    "AssistanceSession",
    "Attachment",
    "Charge",
    "ClockPause",
    "Complaint",
    "Consultation",
    "Dossier",
    "DossierEvent",
    "Draft",
    "DraftFile",
    "LookUpTries",
    "Message",
    "Offering",
    "Party",
    "Payment",
    "PaymentNotice",
    "Procedure",
    "ProcedureVersion",
    "Rating",
    "ResultDocument",
    "StepTask",
    "Supplement",
    "SupplementDraft",
    "SupplementFile",
]
