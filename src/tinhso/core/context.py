"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tinhso import __version__
from tinhso.core import slots


def page(request: HttpRequest) -> dict[str, Any]:
    """Navigation, place and version; the entries are named in the settings or fill a slot, so that core knows no module
    above it."""
    shown: dict[str, Any] = {"version": __version__, "languages": settings.LANGUAGES, "navigation": []}
    is_known = hasattr(request, "user") and request.user.is_authenticated
    named = slots.navigation(request)
    if named is None:
        named = settings.NAVIGATION if is_known else ()
    if not named:
        return shown
    entries = [(reverse(name), title) for name, title in named]
    here = max((url for url, _title in entries if request.path.startswith(url)), key=len, default="")
    if here == entries[0][0] != request.path and not request.path.startswith("/targets/"):
        here = ""
    return shown | {
        "place": slots.place(),
        "person_links": slots.links(request) if is_known else [],
        "navigation": [{"url": url, "title": title, "is_here": url == here} for url, title in entries],
    }
