"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tinhso import __version__
from tinhso.core import slots


def page(request: HttpRequest) -> dict[str, Any]:
    """Navigation, place and version; the entries are named in the settings, so that core knows no module above it."""
    shown: dict[str, Any] = {"version": __version__, "languages": settings.LANGUAGES, "navigation": []}
    if not request.user.is_authenticated:
        return shown
    entries = [(reverse(name), title) for name, title in settings.NAVIGATION]
    here = max((url for url, _title in entries if request.path.startswith(url)), key=len, default="")
    if here == reverse(settings.NAVIGATION[0][0]) != request.path and not request.path.startswith("/targets/"):
        here = ""
    return shown | {
        "place": slots.place(),
        "person_links": slots.links(request),
        "navigation": [{"url": url, "title": title, "is_here": url == here} for url, title in entries],
    }
