"""Requests for help as rows of the dataset `assistance`."""

from tinhso.public_services.assistance.selectors.rows import Row as Told
from tinhso.public_services.publishing.rules.rows import Row, local

DATASET = "assistance"


def row(told: Told) -> Row:
    """A request as the lake keeps it."""
    return {
        "request_id": str(told.request_id),
        "commune_code": told.commune_code,
        "requested_at": local(told.requested_at),
        "requester": told.requester,
        "helped": told.helped,
        "helped_at": local(told.helped_at),
        "minutes": told.minutes,
    }
