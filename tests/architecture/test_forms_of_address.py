"""Citizens are addressed “ông, bà”, officials “bạn”: docs/glossary.md."""

import re

from scripts import messages

SRC = messages.SOURCES / "tinhso"
WORD = re.compile(r"\bbạn\b(?! cùng phòng)", re.IGNORECASE)
SERVICES = "public_services/"
PAGES = f"{SERVICES}templates/public_services/"
KINDS = {".py", ".html", ".txt", ".yaml"}
# What only officials read; everything else may be read by a citizen.
OFFICIALS = (
    *(
        "config/cli/",
        "documents/templates/documents/folder",
        "operations/",
        "plans/",
        "indicators/",
        "datasets/",
        "accounts/templates/accounts/",
    ),
    *(f"{SERVICES}{one}" for one in ("desk/", "results/views/", "catalog/views/manage", "filing/views/counter")),
    *(f"{SERVICES}payments/{one}" for one in ("views/counter", "services/collecting")),
    *(f"{SERVICES}dossiers/services/{one}" for one in ("claims", "refusals")),
    *(f"{PAGES}{one}" for one in ("desk/", "results/", "catalog/manage/", "payments/cash", "payments/register")),
    *(f"{PAGES}assistance/{one}" for one in ("coverage", "list", "new", "session")),
    *(f"{PAGES}feedback/{one}" for one in ("complaint.", "complaints.", "ratings.")),
    *(f"core/templates/{one}" for one in ("403.html", "core/gallery.html")),
)


def test_nobody_but_officials_is_addressed_as_official():
    found = {
        f"{path.relative_to(SRC).as_posix()}: {line.strip()}"
        for path in sorted(SRC.rglob("*"))
        if path.suffix in KINDS and not path.relative_to(SRC).as_posix().startswith(OFFICIALS)
        for line in path.read_text(encoding="utf-8").splitlines()
        if WORD.search(line)
    }

    assert found == set()


def test_the_exceptions_are_there():
    places = [path.relative_to(SRC).as_posix() for path in SRC.rglob("*") if path.suffix in KINDS]

    assert [one for one in OFFICIALS if not any(place.startswith(one) for place in places)] == []
