"""Bring the catalogs of messages up to date with the sources, and compile them for Django.

Messages are Vietnamese in the source and have an English catalog. The pages of allauth that we show are English
in their source and have a Vietnamese one.
"""

import io
import sys
from collections.abc import Iterable
from pathlib import Path

import allauth
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCES = Path(__file__).resolve().parents[1] / "src"
LOCALE = SOURCES / "tinhso" / "core" / "locale"
LIBRARIES = Path(allauth.__file__).parents[1]
SHOWN = [  # of allauth: signing in and out, passwords, second factors
    "templates/account/account_inactive.html",
    "templates/account/base_reauthenticate.html",
    "templates/account/logout.html",
    "templates/account/password_change.html",
    "templates/account/reauthenticate.html",
    "templates/mfa/*.html",
    "templates/mfa/recovery_codes/*.html",
    "templates/mfa/recovery_codes/*.txt",
    "templates/mfa/totp/*.html",
    "account/adapter.py",
    "account/fields.py",
    "account/forms.py",
    "mfa/adapter.py",
    "mfa/base/forms.py",
    "mfa/totp/forms.py",
]
KEYWORDS = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


HEADER = "# Written by scripts/messages.py; only the lines that begin with msgstr are for translators."


class _Messages(Catalog):
    """A catalog whose header says only what Django needs, so that it is the same at every writing."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", self.plural_forms)]


def sources(language: str) -> list[Path]:
    """The files whose messages a catalog translates into a language."""
    if language == "en":
        return sorted(path for kind in ("py", "html", "txt") for path in (SOURCES / "tinhso").rglob(f"*.{kind}"))
    return sorted(path for pattern in SHOWN for path in (LIBRARIES / "allauth").glob(pattern))


def found(language: str) -> Catalog:
    """The messages of the sources, without translations."""
    catalog = _Messages(locale=language, header_comment=HEADER, fuzzy=False)
    for path in sources(language):
        place = path.relative_to(SOURCES if language == "en" else LIBRARIES).as_posix()
        for _line, message, _comments, context in extract("python", _readable(path), keywords=KEYWORDS):
            catalog.add(message, locations=[(place, 1)], context=context)
    return catalog


def _readable(path: Path) -> io.BytesIO:
    """A source as the extractor of Python reads it; parentheses keep a template's indentation out of the way."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = f"({templatize(text)}\n)"
    return io.BytesIO(text.encode())


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def written(language: str) -> Catalog:
    """The catalog as it stands in the tree; empty where there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The messages of the sources with the translations there are; translations of nothing are dropped."""
    catalog, known = found(language), written(language)
    for message in messages(catalog):
        old = known.get(message.id, message.context)
        if old and not old.fuzzy:
            message.string = old.string
    return catalog


def messages(catalog: Catalog) -> list[Message]:
    """The messages of a catalog, without its header."""
    return [message for message in catalog if message.id]


def untranslated(catalog: Catalog) -> list[str]:
    """The messages that lack a translation, or one of its plurals."""
    return [str(message.id) for message in messages(catalog) if not all(_strings(message))]


def _strings(message: Message) -> Iterable[str]:
    return message.string if isinstance(message.string, list | tuple) else [message.string]


def compiled(catalog: Catalog) -> bytes:
    """A catalog as Django reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> int:
    missing = []
    for language in ("en", "vi"):
        catalog, path = updated(language), po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_output=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        print(f"{path.relative_to(SOURCES.parent)}: {len(messages(catalog))} messages")
        missing += untranslated(catalog)
    for text in missing:
        print(f"not translated: {text}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
