"""Words by which documents are found, with and without tone marks."""

import unicodedata

from tinhso.core.words import without_tones
from tinhso.documents.models import Document, DocumentText
from tinhso.documents.rules import kinds


def words_of(document: Document) -> str:
    """The fields of a document in small letters, then the same without tone marks."""
    parts = [
        kinds.shown_number(document.number, document.notation),
        document.subject,
        document.summary,
        kinds.BY_CODE[document.kind].name,
        document.issuer.name,
        document.signer_name,
        document.signer_position,
        document.drafting_unit,
        document.code,
        *document.places_to,
    ]
    plain = _plain(" ".join(parts))
    return f"{plain}\n{without_tones(plain)}"


def keep_text(document: Document, text: str) -> None:
    """Keep the whole text of a document, so that it is found by what it says."""
    plain = _plain(text)
    DocumentText.objects.update_or_create(
        document=document, defaults={"plain": plain, "toneless": without_tones(plain)}
    )


def _plain(text: str) -> str:
    """In small letters, each with its marks in one character, as searches look for them."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())
