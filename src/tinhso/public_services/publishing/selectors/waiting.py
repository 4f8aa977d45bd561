"""Whether anything waits to be published."""

from tinhso.public_services.assistance.selectors import rows as assistance
from tinhso.public_services.publishing.selectors import dossiers


def is_anything() -> bool:
    """Whether a dossier or a session of help has changed since it was published; procedures follow their own news."""
    return dossiers.unpublished().exists() or bool(assistance.unpublished(limit=1))
