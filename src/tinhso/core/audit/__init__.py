"""The audit trail: entries appended in the transaction of what they tell, sealed into a hash chain later.

The chain runs in order of sealing; within one run that is the order of id. On PostgreSQL a transaction may
commit after a later one, so its entry, with the smaller id, is sealed by a later run: nobody waits for anybody,
and nothing is left out. A seal's hash covers its number, the hash before it and the canonical JSON of its entry;
any change, removal, insertion or exchange among what is sealed is found by `check`. Removing the newest seals, or
making the whole chain anew, leaves a chain that fits; that is found with the daily anchors, which others have
stamped or received, and with a `head` noted outside the database (ADR 0040).
"""

from tinhso.core.audit.anchors import (
    Stamp,
    Unstamped,
    add_witness,
    digest,
    inclusion_proof,
    make_anchor,
    stamp_anchors,
    statement,
)
from tinhso.core.audit.chain import GENESIS, Head, link
from tinhso.core.audit.checking import BrokenLink, Examination, check, examine
from tinhso.core.audit.entries import BATCH, SEALING, WINDOW, head, record, seal, unsealed
from tinhso.core.audit.export import export

__all__ = [
    "BATCH",
    "GENESIS",
    "SEALING",
    "WINDOW",
    "BrokenLink",
    "Examination",
    "Head",
    "Stamp",
    "Unstamped",
    "add_witness",
    "check",
    "digest",
    "examine",
    "export",
    "head",
    "inclusion_proof",
    "link",
    "make_anchor",
    "record",
    "seal",
    "stamp_anchors",
    "statement",
    "unsealed",
]
