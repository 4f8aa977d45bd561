"""Opening a packet that was taken: its files are stored, its signatures checked, its text made findable."""

import datetime as dt
import io

from django.db import transaction

from tinhso.core import files, media
from tinhso.core.intake import names, scan
from tinhso.core.models import StoredFile
from tinhso.documents.choices import VersionKind
from tinhso.documents.models import Arrival, Attachment, Document, Inbound
from tinhso.documents.services import checks, drafting, finding, inbox, packets, papers, steps
from tinhso.edxml import Attachment as Part
from tinhso.edxml import Packet


def waiting() -> list[int]:
    """Keys of packets that are still to be opened, oldest first."""
    return list(Inbound.objects.filter(is_opened=False).order_by("pk").values_list("pk", flat=True)[:50])


def unpack(*, inbound_id: int, at: dt.datetime) -> bool:
    """Store a packet's files and check its signatures; safe to repeat, as what is stored goes by its hash.

    Returns:
        Whether there was anything to do.
    """
    with transaction.atomic():
        unopened = Inbound.objects.filter(pk=inbound_id, is_opened=False, content__isnull=False)
        key = unopened.values_list("document_id", flat=True).first()
        if key is None:
            return False
        document = steps.held(key)  # before its packet, as who gives a copy back does, so that neither waits for ever
        found = unopened.select_related("partner").select_for_update(of=("self",)).first()
        if found is None or found.content is None:
            return False
        message, _strength = inbox.opened(bytes(found.content), found.partner, found.received_at)
        assert isinstance(message, Packet)  # noqa: S101 - only packets keep their content
        _store(document, packets.files_of(message), at)
        Arrival.objects.filter(document=document).update(is_unpacked=True)
        found.is_opened = True
        found.save(update_fields=["is_opened"])
    return True


def _store(document: Document, parts: list[Part], at: dt.datetime) -> None:
    """The first PDF is the document, the others are attached to it."""
    main = next((part for part in parts if part.content and part.content[:5] == b"%PDF-"), None)
    for position, part in enumerate((part for part in parts if part is not main), start=1):
        if _is_infected(part):
            steps.note(document, "infected", actor=steps.SYSTEM, at=at, text=names.shown(part.name))
            continue
        stored, kind = _stored(part, at)
        Attachment.objects.get_or_create(
            document=document,
            position=position,
            defaults={"file": stored, "name": _name(part.name, kind), "media_type": kind},
        )
    if main is None or main.content is None:
        return
    stored, kind = _stored(main, at)
    if not document.versions.exists():
        drafting.add_version(
            document,
            VersionKind.RECEIVED,
            stored,
            name=_name(main.name, kind),
            media_type=kind,
            actor=document.issuer.name,
            at=at,
        )
    checks.check(file=stored, pdf=main.content, expected=document.issuer.name, at=at)
    text, pages = papers.whole_text(main.content)
    finding.keep_text(document, text)
    if pages and document.pages is None:
        Document.objects.filter(pk=document.pk).update(pages=pages)


def _is_infected(part: Part) -> bool:
    """Whether the scanner of files finds harm in an attachment; without a scanner nothing is found."""
    return scan.state_of(io.BytesIO(part.content or b"")) == "infected"


def _stored(part: Part, at: dt.datetime) -> tuple[StoredFile, str]:
    content = io.BytesIO(part.content or b"")
    kind = media.detected(content) or "application/octet-stream"
    return files.store(content=content, name=part.name[:200], media_type=kind, at=at), kind


def _name(name: str, kind: str) -> str:
    """The name made harmless, with the ending of its type; of other types, which partners send as well, with its own."""
    return names.safe(name, kind) if kind in names.ENDINGS else names.shown(name)
