"""A dossier and everything that belongs to it. `services.apply` alone writes these tables, but for drafts and logs."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tinhso.public_services.dossiers.choices import (
    Action,
    Channel,
    DeliveryWay,
    Outcome,
    PartyRole,
    PauseReason,
    State,
)
from tinhso.public_services.dossiers.rules.machine import OPEN

APPEND_ONLY = {"public_services_dossierevent": ("id",)}


class Draft(models.Model):
    """What somebody has filled in and not filed yet (bản nháp), kept 90 days.

    Holds personal data, sealed: the answers.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.ForeignKey("public_services.ProcedureVersion", models.PROTECT, related_name="+")
    agency = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+", null=True)
    channel = models.CharField("kênh", max_length=10, choices=Channel, default=Channel.ONLINE)
    sealed = models.TextField("câu trả lời", blank=True)
    assistance = models.BigIntegerField("lượt hỗ trợ", null=True)  # session in which it is filled in for somebody
    revision = models.PositiveIntegerField("lần lưu", default=0)
    updated_at = models.DateTimeField("lưu lúc")

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "version"],
                condition=Q(channel="online", assistance__isnull=True),
                name="public_services_draft_one_online",
            )
        ]

    def __str__(self) -> str:
        return str(self.key)


class DraftFile(models.Model):
    """A file put to a paper of a draft. Holds personal data: the file."""

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    paper = models.CharField("thành phần hồ sơ", max_length=60)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=255)
    scan = models.CharField("quét mã độc", max_length=10)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.draft_id} {self.paper}"


class Dossier(models.Model):
    """One request of one person or business for one procedure (hồ sơ), as it stands after its last event.

    `desk` says who has to act: a role of the agency, `applicant`, or nobody (empty); `act_by` until when. `due_at` is
    the day promised for the result, null while it is not accepted or the clock stands; `calendar` numbers the working
    calendar it was counted with. `unanswered` counts messages of the applicant that wait for the agency's word. Holds
    personal data, sealed: the answers.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    number = models.CharField("mã số hồ sơ", max_length=60, unique=True)
    look_up = models.CharField("mã tra cứu, băm", max_length=64, unique=True)
    version = models.ForeignKey("public_services.ProcedureVersion", models.PROTECT, related_name="dossiers")
    agency = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    agency_code = models.CharField("mã cơ quan", max_length=40)
    channel = models.CharField("kênh", max_length=10, choices=Channel)
    state = models.CharField("trạng thái", max_length=20, choices=State)
    previous_state = models.CharField("trạng thái trước", max_length=20, blank=True)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome, blank=True)
    revision = models.PositiveIntegerField("phiên bản", default=1)
    sealed = models.TextField("câu trả lời")
    step = models.CharField("bước", max_length=60, blank=True)
    desk = models.CharField("nơi phải làm", max_length=20, blank=True)
    act_by = models.DateTimeField("phải làm trước", null=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("nộp lúc")
    accepted_at = models.DateTimeField("tiếp nhận lúc", null=True)
    due_at = models.DateTimeField("hẹn trả lúc", null=True)
    is_extended = models.BooleanField("đã gia hạn", default=False)
    calendar = models.PositiveIntegerField("lịch làm việc", default=0)
    resolved_at = models.DateTimeField("xử lý xong lúc", null=True)
    delivered_at = models.DateTimeField("trả lúc", null=True)
    delivery = models.CharField("cách nhận", max_length=10, choices=DeliveryWay, default=DeliveryWay.ONLINE)
    is_assisted = models.BooleanField("được hỗ trợ", default=False)
    is_digitized = models.BooleanField("đã số hóa", default=False)
    last_digest = models.CharField("dấu vân cuối", max_length=64)
    published_seq = models.PositiveIntegerField("sự kiện đã công bố", default=0)
    unanswered = models.PositiveSmallIntegerField("lời nhắn chưa trả lời", default=0, db_default=0)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="public_services_dossier_state"),
            models.CheckConstraint(
                condition=~Q(desk="") | ~Q(state__in=OPEN), name="public_services_dossier_open_on_a_desk"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(accepted_at__gte=F("submitted_at")),
                name="public_services_dossier_accepted_after_filing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "desk", "act_by", "id"], condition=~Q(desk=""), name="public_services_inbox"
            ),
            models.Index(fields=["agency", "submitted_at", "id"], name="public_services_register"),
            models.Index(
                fields=["id"], condition=Q(published_seq__lt=F("revision")), name="public_services_unpublished"
            ),
            models.Index(fields=["agency", "id"], condition=Q(unanswered__gt=0), name="public_services_asked"),
        ]

    def __str__(self) -> str:
        return self.number


class Party(models.Model):
    """A person or business in a dossier (chủ hồ sơ, người nộp, người được ủy quyền, người nộp hộ).

    `mandate` says on what ground somebody acts for another; empty for the owner. Holds personal data: a sealed snapshot
    of what was known when it was filed, and the keyed hash of the identity number.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="parties")
    role = models.CharField("vai trò", max_length=10, choices=PartyRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    identity_hash = models.CharField("số định danh, băm", max_length=64, blank=True)
    mandate = models.CharField("căn cứ đại diện", max_length=120, blank=True)
    sealed = models.TextField("thông tin")

    class Meta:
        app_label = "public_services"
        indexes = [models.Index(fields=["identity_hash"], name="public_services_party_identity")]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "role"], name="public_services_party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.role}"


class DossierEvent(models.Model):
    """Something that was done to a dossier (nhật ký xử lý). Appended only; the database refuses changes.

    Holds personal data: who did it, and sealed what was said.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField("thứ tự")
    kind = models.CharField("việc", max_length=24, choices=Action)
    at = models.DateTimeField("lúc")
    actor = models.CharField("người làm", max_length=150)
    on_behalf_of = models.CharField("thay cho", max_length=20, blank=True)  # role of the party
    from_state = models.CharField("từ", max_length=20, blank=True)
    to_state = models.CharField("đến", max_length=20)
    payload = models.JSONField("nội dung", default=dict)
    sealed = models.TextField("lời văn", blank=True)
    idempotency_key = models.CharField("khóa chống lặp", max_length=80)
    request_digest = models.CharField("dấu vân yêu cầu", max_length=64)
    digest = models.CharField("dấu vân", max_length=64)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "seq"], name="public_services_event_seq"),
            models.UniqueConstraint(fields=["actor", "idempotency_key"], name="public_services_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.seq} {self.kind}"


class Attachment(models.Model):
    """A file in a dossier (tệp kèm hồ sơ). A removed one stays with the event that removed it.

    Holds personal data: the file.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="attachments")
    paper = models.CharField("thành phần hồ sơ", max_length=60)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=255)
    scan = models.CharField("quét mã độc", max_length=10)
    added_seq = models.PositiveIntegerField("thêm ở sự kiện")
    removed_seq = models.PositiveIntegerField("bỏ ở sự kiện", null=True)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.paper}"


class StepTask(models.Model):
    """One step of the internal procedure on somebody's desk (bước xử lý). Holds personal data: who holds it."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="step_tasks")
    step = models.CharField("bước", max_length=60)
    role = models.CharField("vai trò", max_length=20)
    opened_at = models.DateTimeField("bắt đầu")
    due_at = models.DateTimeField("hạn", null=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("xong", null=True)
    closed_by = models.CharField("người làm", max_length=150, blank=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(closed_at__isnull=True), name="public_services_step_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.step}"


class Consultation(models.Model):
    """An opinion asked of another agency in a step (lấy ý kiến). Holds personal data, sealed: question and answer."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="consultations")
    agency = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    sealed_question = models.TextField("nội dung hỏi")
    sealed_answer = models.TextField("trả lời", blank=True)
    asked_at = models.DateTimeField("hỏi lúc")
    answer_by = models.DateTimeField("trả lời trước", null=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.CharField("người trả lời", max_length=150, blank=True)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.agency_id}"


class Supplement(models.Model):
    """A request for what is missing or wrong (yêu cầu bổ sung): it names every answer and paper.

    `items` are pointers of answers (`/name`) and codes of papers (`paper:code`); only these may be changed. What is
    said about each lies sealed. Holds personal data.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="supplements")
    opened_seq = models.PositiveIntegerField("mở ở sự kiện")
    step = models.CharField("bước", max_length=60, blank=True)
    items = models.JSONField("mục phải bổ sung")
    sealed = models.TextField("lý do")
    lawful_reason = models.CharField("căn cứ yêu cầu thêm lần nữa", max_length=200, blank=True)
    wait_until = models.DateTimeField("chờ đến", null=True)
    closed_seq = models.PositiveIntegerField("xong ở sự kiện", null=True)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.opened_seq}"


class SupplementDraft(models.Model):
    """What somebody has filled in so far in answer to a request for a supplement (bản bổ sung đang soạn).

    There may be one of the applicant, online, and one at the counter for who has come there; neither side sees the
    other's. Both go when one is sent or the request is settled otherwise. Holds personal data, sealed: the answers.
    """

    supplement = models.ForeignKey(Supplement, models.PROTECT, related_name="drafts")
    channel = models.CharField("kênh", max_length=10, choices=Channel, default=Channel.ONLINE)
    sealed = models.TextField("câu trả lời", blank=True)
    revision = models.PositiveIntegerField("lần lưu", default=0)
    updated_at = models.DateTimeField("lưu lúc")

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(fields=["supplement", "channel"], name="public_services_supplement_draft_once")
        ]

    def __str__(self) -> str:
        return f"{self.supplement_id} {self.channel}"


class SupplementFile(models.Model):
    """A file put to a paper that was asked for again. Holds personal data: the file."""

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    draft = models.ForeignKey(SupplementDraft, models.CASCADE, related_name="files")
    paper = models.CharField("thành phần hồ sơ", max_length=60)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=255)
    scan = models.CharField("quét mã độc", max_length=10)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.draft_id} {self.paper}"


class ClockPause(models.Model):
    """A time in which the term did not run (tạm dừng tính thời hạn). Holds no personal data."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="pauses")
    reason = models.CharField("lý do", max_length=12, choices=PauseReason)
    began_at = models.DateTimeField("từ")
    ended_at = models.DateTimeField("đến", null=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at__isnull=True), name="public_services_pause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="public_services_pause_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.reason}"


class Charge(models.Model):
    """A fee of a dossier (phí, lệ phí phải nộp); settled when enough was paid. Holds no personal data."""

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="charges")
    code = models.CharField("khoản", max_length=60)
    name = models.CharField("tên khoản", max_length=200)
    amount_vnd = models.PositiveBigIntegerField("số tiền")
    created_at = models.DateTimeField("tạo lúc")
    settled_at = models.DateTimeField("nộp đủ lúc", null=True)

    class Meta:
        app_label = "public_services"
        constraints = [models.UniqueConstraint(fields=["dossier", "code"], name="public_services_charge_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.code}"


class ResultDocument(models.Model):
    """A paper that came out (kết quả giải quyết), signed; the register of results is made of these.

    A corrected one stays, marked by the one that replaces it; a revoked one stays with the reason. Numbers begin anew
    with every agency, kind of paper and year: `register_key` holds them together. Holds personal data: the file, and
    the keyed hash of whose it is.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="results")
    type = models.CharField("loại", max_length=60)
    name = models.CharField("tên", max_length=200)
    number = models.CharField("số", max_length=60)
    register_key = models.CharField("khóa sổ", max_length=160, blank=True)
    issued_on = models.DateField("ngày ký")
    expires_on = models.DateField("hiệu lực đến", null=True)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    owner_hash = models.CharField("chủ sở hữu, băm", max_length=64, blank=True)
    signed_by = models.CharField("người ký", max_length=150)
    certificate = models.CharField("chứng thư, dấu vân", max_length=64, blank=True)
    has_legal_value = models.BooleanField("có giá trị pháp lý")
    is_signed = models.BooleanField("đã ký số")
    superseded_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="supersedes")
    revoked_at = models.DateTimeField("thu hồi lúc", null=True)
    revoked_reason = models.CharField("lý do thu hồi", max_length=300, blank=True)
    issued_seq = models.PositiveIntegerField("ban hành ở sự kiện", null=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(
                fields=["register_key"], condition=~Q(register_key=""), name="public_services_result_number"
            )
        ]
        indexes = [models.Index(fields=["owner_hash", "type"], name="public_services_result_owner")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_in_force(self) -> bool:
        """Whether it was issued, and neither replaced nor revoked."""
        is_issued = self.is_signed and self.issued_seq is not None
        return is_issued and self.superseded_by_id is None and self.revoked_at is None


class Message(models.Model):
    """A message between applicant and agency in a dossier (trao đổi). Holds personal data, sealed: the text."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="messages")
    at = models.DateTimeField("lúc")
    author = models.CharField("người viết", max_length=150)
    is_from_agency = models.BooleanField("của cơ quan")
    sealed = models.TextField("nội dung")

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.at:%Y-%m-%d}"


class AccessLog(models.Model):
    """That an official looked at a dossier (ai đã xem dữ liệu của tôi); its applicant sees it.

    Holds personal data: who looked at what.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="looks")
    at = models.DateTimeField("lúc")
    actor = models.CharField("người xem", max_length=150)
    unit = models.CharField("đơn vị", max_length=200)
    what = models.CharField("đã xem", max_length=60)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.actor}"


class ActCount(models.Model):
    """How often somebody did something in the latest minute in which it was done (giới hạn số lần).

    `minute` is counted from 1970. Rows of yesterday go. Holds personal data: who did something when.
    """

    what = models.CharField("việc", max_length=20)
    user_id = models.BigIntegerField("tài khoản")  # no foreign key: counting costs nothing beyond its own row
    minute = models.BigIntegerField("phút")
    times = models.PositiveIntegerField("số lần")

    class Meta:
        app_label = "public_services"
        constraints = [models.UniqueConstraint(fields=["what", "user_id"], name="public_services_act_count_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.user_id}"


class Amendment(models.Model):
    """A correction that no row of the machine allows, proposed by one administrator and decided by another.

    Holds personal data, sealed: reason and what is to be changed.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="amendments")
    proposed_by = models.CharField("người đề nghị", max_length=150)
    proposed_at = models.DateTimeField("đề nghị lúc")
    state = models.CharField("trạng thái mới", max_length=20, choices=State)
    sealed = models.TextField("lý do và nội dung")
    decided_by = models.CharField("người quyết định", max_length=150, blank=True)
    decided_at = models.DateTimeField("quyết định lúc", null=True)
    is_accepted = models.BooleanField("chấp nhận", null=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("proposed_by")), name="public_services_amendment_four_eyes"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.proposed_by}"
