"""What other modules may ask of documents."""

from tinhso.documents.choices import PAGE_SLOT, ChannelKind
from tinhso.documents.models import Agency, Document, Partner
from tinhso.documents.selectors.agencies import by_code, code_of, of_unit, partners_parked
from tinhso.documents.selectors.waiting import Queue, to_be_sent
from tinhso.documents.services.agencies import add_agency, add_partner, ensure_ours, give_code
from tinhso.documents.services.identity import own, path
from tinhso.documents.services.publication import publish
from tinhso.documents.services.samples import give_samples
from tinhso.documents.services.trusting import trust_certificate, write_partners_file

__all__ = [
    "PAGE_SLOT",
    "Agency",
    "ChannelKind",
    "Document",
    "Partner",
    "Queue",
    "add_agency",
    "add_partner",
    "by_code",
    "code_of",
    "ensure_ours",
    "give_code",
    "give_samples",
    "of_unit",
    "own",
    "partners_parked",
    "path",
    "publish",
    "to_be_sent",
    "trust_certificate",
    "write_partners_file",
]
