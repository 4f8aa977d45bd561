"""Long lists a page at a time, as `core/components/pages.html` leads from one to the next."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page


def pages(page: "Page[Any]", **asked: str) -> dict[str, Any]:
    """What the component for pages shows.

    Args:
        asked: parts of the query by which the list was narrowed; they stay in the addresses, empty ones left out.
    """
    kept = {name: value for name, value in asked.items() if value}

    def url(number: int) -> str:
        return "?" + urlencode({**kept, "page": number})

    return {
        "number": page.number,
        "last": page.paginator.num_pages,
        "previous": url(page.number - 1) if page.has_previous() else "",
        "next": url(page.number + 1) if page.has_next() else "",
    }
