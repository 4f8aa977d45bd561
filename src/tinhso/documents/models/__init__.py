"""Rows of official documents, of agencies that exchange them, and of the exchange."""

from tinhso.documents.models.agencies import Agency, AgencyCode, Partner
from tinhso.documents.models.documents import (
    Arrival,
    Attachment,
    Document,
    DocumentEvent,
    DocumentText,
    NumberBook,
    NumberTaken,
    Remark,
    SecretCount,
    SignatureMade,
    Verification,
    Version,
)
from tinhso.documents.models.exchange import Attempt, Delivery, Dispatch, Inbound, Packet, Receipt, ReceivedRequest

APPEND_ONLY = {  # rows that the database never changes or deletes
    "documents_documentevent": ("id",),
    "documents_version": ("id",),
    "documents_packet": ("id",),
    "documents_receipt": ("id",),
    "documents_numbertaken": ("id",),
}

__all__ = [
    "APPEND_ONLY",
    "Agency",
    "AgencyCode",
    "Arrival",
    "Attachment",
    "Attempt",
    "Delivery",
    "Dispatch",
    "Document",
    "DocumentEvent",
    "DocumentText",
    "Inbound",
    "NumberBook",
    "NumberTaken",
    "Packet",
    "Partner",
    "Receipt",
    "ReceivedRequest",
    "Remark",
    "SecretCount",
    "SignatureMade",
    "Verification",
    "Version",
]
