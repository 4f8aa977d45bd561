"""Places on every page that modules above core fill, so that core knows none of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a menu."""

    url: str
    title: str


Entry = tuple[str, str | Promise]  # URL name and title

Fragment = Callable[[HttpRequest, str], str]

_fragments: dict[str, list[Fragment]] = {}
_navigation: list[Callable[[HttpRequest], Sequence[Entry] | None]] = []
_place: list[Callable[[], str]] = []
_links: list[Callable[[HttpRequest], Iterable[Link]]] = []


def fill_place(name: Callable[[], str]) -> None:
    """Say of which place every page speaks: the province."""
    _place[:] = [name]


def fill_navigation(entries: Callable[[HttpRequest], Sequence[Entry] | None]) -> None:
    """Say which entries stand at the top for some readers, such as citizens; None leaves them to the settings."""
    _navigation[:] = [entries]


def navigation(request: HttpRequest) -> Sequence[Entry] | None:
    """The entries for one reader; None where nothing fills the slot."""
    return _navigation[0](request) if _navigation else None


def add_links(links: Callable[[HttpRequest], Iterable[Link]]) -> None:
    """Add entries to the menu of the person who is signed in."""
    if links not in _links:
        _links.append(links)


def place() -> str:
    """The place's name; empty when nothing fills the slot."""
    return _place[0]() if _place else ""


def links(request: HttpRequest) -> list[Link]:
    """The entries for one person."""
    return [link for found in _links for link in found(request)]


def add_fragment(place: str, fragment: Fragment) -> None:
    """Show something on the pages of a module below, which knows nothing of it.

    Args:
        place: module and page, such as `documents.document`.
        fragment: of the request and the key of what the page shows; HTML that is safe to show, empty for nothing.
    """
    known = _fragments.setdefault(place, [])
    if fragment not in known:
        known.append(fragment)


def fragments(place: str, request: HttpRequest, key: str) -> list[str]:
    """What modules above show at a place of the page of one thing."""
    return [shown for fragment in _fragments.get(place, []) if (shown := fragment(request, key))]
