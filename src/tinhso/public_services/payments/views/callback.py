"""The door of providers: signed notices of payments. It tells strangers nothing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tinhso.core import clock
from tinhso.public_services.payments import plugins
from tinhso.public_services.payments.services import notices


@csrf_exempt
@require_POST
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Take one notice; the signature stands in for a session."""
    try:
        gateway = plugins.gateway(provider)
    except plugins.UnknownGateway:
        return JsonResponse({"status": notices.UNKNOWN.word}, status=notices.UNKNOWN.status)
    raw = request.read(notices.MOST_BYTES + 1)
    if len(raw) > notices.MOST_BYTES:
        return JsonResponse({"status": notices.UNREADABLE.word}, status=413)
    answer = notices.receive(gateway=gateway, raw=raw, headers=request.headers, at=clock.now())
    return JsonResponse({"status": answer.word}, status=answer.status)
