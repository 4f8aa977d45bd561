"""Telling the sender how far we are with its document: a state change and its word go together or not at all."""

import datetime as dt

from tinhso.core.clock import VIETNAM
from tinhso.documents.models import Arrival, Document
from tinhso.documents.rules import kinds
from tinhso.documents.selectors import agencies
from tinhso.documents.services import packets
from tinhso.edxml import ResponseFor, Staff, Status


def tell(
    document: Document, *, code: str, at: dt.datetime, description: str = "", staff: str = "", department: str = ""
) -> None:
    """Send a state of a document in to its sender, in the caller's transaction.

    Args:
        code: of QCVN 102:2016/BTTTT.
        staff: who has acted; may be empty.
    """
    arrival = Arrival.objects.select_related("sender__partner").get(document=document)
    sender, partner = arrival.sender, arrival.sender.partner
    day = at.astimezone(VIETNAM).date()
    status = Status(
        response_for=ResponseFor(
            organ_id=document.code.split(",", 1)[0] or agencies.code_of(sender, day),
            code=kinds.shown_number(document.number, document.notation),
            promulgated_on=document.issued_on,
            document_id=document.code,
        ),
        sender=packets.organ(document.agency, agencies.code_of(document.agency, day)),
        code=code,
        description=description[:500],
        at=at,
        staff=Staff(department=department[:200], name=staff[:150]) if staff else None,
        to=packets.organ(sender, agencies.code_of(sender, day)),
    )
    packet = packets.of_status(status, wrapper=partner.status_wrapper if partner else "MessageHeader", at=at)
    packets.dispatch(packet, sender=document.agency, recipient=sender, at=at)
