from django.urls import include, path

from tinhso.documents import rest
from tinhso.documents.views import acts, agencies, check, desk, document, drafts, files, folder, lists, queue, registers

app_name = "documents"
one = [
    path("", document.show, name="document"),
    path("edit/", drafts.edit, name="edit"),
    path("upload/", drafts.upload, name="upload"),
    path("attach/", drafts.attach, name="attach"),
    path("send/", acts.send, name="send"),
    path("remark/", acts.remark, name="remark"),
    path("signed/", acts.take_signed, name="take_signed"),
    path("steps/<str:name>/", acts.step, name="step"),
    path("preview/", files.preview, name="preview"),
    path("packet/", files.packet, name="packet"),
    path("files/<int:number>/", files.version, name="version"),
    path("attachments/<int:position>/", files.attachment, name="attachment"),
]
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
    path("<int:key>/", include(one)),
]
exchange = [path("exchange/v1/messages/<uuid:message_id>", rest.message, name="exchange_message")]
