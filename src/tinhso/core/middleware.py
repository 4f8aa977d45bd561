"""Headers and language for every response."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tinhso.core import per_request, request_id

Answer = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


def numbered_requests(get_response: Answer) -> Answer:
    """Give every request a number; the answer carries it as X-Request-ID, pages read `request.request_id`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with request_id.numbered() as number:
            request.request_id = number  # type: ignore[attr-defined]  # ours
            response = get_response(request)
        response.headers["X-Request-ID"] = number
        return response

    return middleware


def security_headers(get_response: Answer) -> Answer:
    """Refuse browser powers that no page uses, and keep pages with figures out of shared caches.

    Pages with people's data are not kept by browsers either: whoever sits down at a shared computer after somebody has
    signed out finds none of them by going back.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            kept = "no-store" if request.path.startswith(settings.PERSONAL_PATHS) else "no-cache"
            response.headers.setdefault("Cache-Control", f"private, {kept}")
        return response

    return middleware


def remembered_answers(get_response: Answer) -> Answer:
    """Let selectors answer once per request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with per_request.remembering():
            return get_response(request)

    return middleware


def chosen_language(get_response: Answer) -> Answer:
    """Vietnamese, unless the reader has chosen English; what the browser prefers plays no part."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
