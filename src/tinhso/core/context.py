"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tinhso import __version__


def page(request: HttpRequest) -> dict[str, Any]:
    """Navigation and version; the entries are named in the settings, so that core knows no module above it."""
    if not request.user.is_authenticated:
        return {"version": __version__, "navigation": []}
    entries = [(reverse(name), title) for name, title in settings.NAVIGATION]
    here = max((url for url, _title in entries if request.path.startswith(url)), key=len, default="")
    return {
        "version": __version__,
        "navigation": [{"url": url, "title": title, "is_here": url == here} for url, title in entries],
    }
