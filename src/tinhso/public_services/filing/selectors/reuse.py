"""Results of ours that stand for a paper, so that nobody is asked twice (không yêu cầu nộp lại)."""

import datetime as dt
from collections.abc import Iterable

from tinhso.accounts import api as accounts
from tinhso.public_services.catalog.rules.content import Paper
from tinhso.public_services.dossiers.models import ResultDocument
from tinhso.public_services.results.selectors import register


def reusable(papers: Iterable[Paper], *, identity_number: str, on: dt.date) -> dict[str, list[ResultDocument]]:
    """The person's own results that stand for papers, by the paper's code, newest first.

    Args:
        identity_number: of the person who has signed in, never one that was typed; empty for nobody.
        on: results that have expired by then are left out, as are those corrected or revoked.
    """
    if not identity_number:
        return {}
    own = accounts.identity_hash(identity_number)
    found = {paper.code: list(register.valid_results(own, paper.reuse, on)) for paper in papers if paper.reuse}
    return {code: results for code, results in found.items() if results}
