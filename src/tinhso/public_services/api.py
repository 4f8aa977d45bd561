"""What other modules may ask of public services."""

from tinhso.public_services.catalog.services import adopt_reference
from tinhso.public_services.publishing.rules.graph import graph
from tinhso.public_services.publishing.selectors.comparison import Comparison, Difference
from tinhso.public_services.publishing.selectors.history import Broken, check_dossiers
from tinhso.public_services.publishing.selectors.kept_back import KeptBack, rows_kept_back
from tinhso.public_services.publishing.services.publication import Published, mend, publish, reconcile
from tinhso.public_services.publishing.services.samples import give_sample_dossiers

__all__ = [
    "Broken",
    "Comparison",
    "Difference",
    "KeptBack",
    "Published",
    "adopt_reference",
    "check_dossiers",
    "give_sample_dossiers",
    "graph",
    "mend",
    "publish",
    "reconcile",
    "rows_kept_back",
]
