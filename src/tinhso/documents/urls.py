from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import path

from tinhso.documents import rest
from tinhso.documents.views import acts, agencies, check, desk, document, drafts, files, folder, lists, queue, registers

app_name = "documents"
one: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...] = (
    ("", document.show, "document"),
    ("edit/", drafts.edit, "edit"),
    ("upload/", drafts.upload, "upload"),
    ("attach/", drafts.attach, "attach"),
    ("send/", acts.send, "send"),
    ("remark/", acts.remark, "remark"),
    ("signed/", acts.take_signed, "take_signed"),
    ("steps/<str:name>/", acts.step, "step"),
    ("preview/", files.preview, "preview"),
    ("packet/", files.packet, "packet"),
    ("files/<int:number>/", files.version, "version"),
    ("attachments/<int:position>/", files.attachment, "attachment"),
)
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("in/", lists.incoming, name="incoming"),
    path("out/", lists.outgoing, name="outgoing"),
    path("new/", drafts.new, name="new"),
    path("paper/", drafts.paper, name="paper"),
    path("signing/", folder.folder, name="folder"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<int:key>/", queue.act, name="queue_act"),
    path("requests/<int:key>/", acts.decide, name="decide"),
    path("registers/<str:direction>/", registers.printed, name="register"),
    path("secrets/", registers.secrets, name="secrets"),
    path("agencies/", agencies.directory, name="agencies"),
    path("agencies/partners/<int:key>/", agencies.release, name="release_partner"),
    path("check/", check.check, name="check"),
    path("authority.crl", check.revocations, name="authority_crl"),
    path("authority.pem", check.authority, name="authority_pem"),
    *(path(f"<int:key>/{rest}", view, name=name) for rest, view, name in one),
]
exchange = [path("exchange/v1/messages/<uuid:message_id>", rest.message, name="exchange_message")]
