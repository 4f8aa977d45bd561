"""What a supplement asks for, and what has been given so far."""

from collections.abc import Mapping
from typing import Any

from tinhso.core import sealed
from tinhso.public_services.catalog.rules.content import Paper
from tinhso.public_services.dossiers.choices import Channel, State
from tinhso.public_services.dossiers.models import Dossier, Supplement, SupplementDraft
from tinhso.public_services.dossiers.rules import supplements
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.form_engine.rules import answers as answer_rules
from tinhso.public_services.form_engine.rules.form import Item


def open_supplement(dossier: Dossier) -> Supplement | None:
    """The request that waits for the applicant; None when there is none."""
    if dossier.state != State.AWAITING_SUPPLEMENT:
        return None
    found = dossier.supplements.filter(closed_seq__isnull=True).order_by("-opened_seq").first()
    if found:
        found.dossier = dossier
    return found


def draft_of(supplement: Supplement, channel: Channel) -> SupplementDraft | None:
    """What was kept so far, online or at the counter; None before anything was."""
    return SupplementDraft.objects.filter(supplement=supplement, channel=channel).first()


def note_of(draft: SupplementDraft | None) -> dict[str, Any]:
    """What was kept beside the answers, such as who has come to the counter; empty before anything was."""
    kept: dict[str, Any] = sealed.opened_values(draft.sealed) if draft and draft.sealed else {}
    found: dict[str, Any] = kept.get("note", {})
    return found


def said(supplement: Supplement) -> dict[str, Any]:
    """What the officer wrote: `reason`, and `items` by pointer."""
    found: dict[str, Any] = {"reason": "", "items": {}}
    opened: dict[str, Any] = sealed.opened_values(supplement.sealed)
    return found | opened


def answers_of(supplement: Supplement, draft: SupplementDraft | None) -> dict[str, Any]:
    """The answers to what is asked for as they stand: as kept, or as in the dossier before anything was kept."""
    if draft and draft.sealed:
        kept: dict[str, Any] = sealed.opened_values(draft.sealed)["answers"]
        return kept
    before = standing.answers_of(supplement.dossier)
    return {name: value for name, value in before.items() if f"/{name}" in supplement.items}


def files_before(dossier: Dossier) -> dict[str, list[str]]:
    """Names of the files that are part of a dossier now, by the code of their paper."""
    found: dict[str, list[str]] = {}
    for paper, name in dossier.attachments.filter(removed_seq__isnull=True).order_by("pk").values_list("paper", "name"):
        found.setdefault(paper, []).append(name)
    return found


def given(supplement: Supplement, answers: Mapping[str, Any]) -> frozenset[str]:
    """What may be given along with answers: what was named, and what only these answers ask for."""
    return after(supplement, answers)[1]


def after(supplement: Supplement, answers: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The dossier's answers with new ones, and what may be given along with them."""
    bundle = standing.bundle_of(supplement.dossier)
    return supplements.settled(bundle, standing.answers_of(supplement.dossier), answers, supplement.items)


def items(supplement: Supplement, answers: Mapping[str, Any]) -> list[Item]:
    """The questions to show, in the order of the form."""
    whole, may = after(supplement, answers)
    form = standing.bundle_of(supplement.dossier).read_form
    pages = form.shown_pages(whole)
    shown = [item for page in pages for item in answer_rules.shown_items(page, whole)]
    return [item for item in shown if f"/{item.name}" in may]


def papers(supplement: Supplement, draft: SupplementDraft | None) -> list[Paper]:
    """The papers to show: those that were named, and those that new answers ask for."""
    may = given(supplement, answers_of(supplement, draft))
    return [
        paper for paper in standing.bundle_of(supplement.dossier).papers if f"{supplements.PAPER}{paper.code}" in may
    ]
