"""Documents, their versions and signatures, the registers and what was done."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tinhso.documents.choices import (
    Direction,
    DocumentKind,
    Medium,
    SignatureRole,
    State,
    Steering,
    Urgency,
    Verdict,
    VersionKind,
)
from tinhso.documents.models.agencies import Agency

ORDINARY = "ordinary"  # the only secrecy there is


class Document(models.Model):
    """One agency's copy of an official document (văn bản): drafted here, or received.

    A document that is a state secret has no place here: `secrecy` has one value, and the database refuses others.
    The fields are those of the registers of NĐ 30/2020/NĐ-CP, Phụ lục VI. Number, notation and day of a document in
    are its issuer's. `revision` grows with every step, so that two people who write at once are told of one another.
    Holds personal data: names of who drafts and signs, and whatever the document says.
    """

    direction = models.CharField("chiều", max_length=3, choices=Direction)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="documents")
    issuer = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    kind = models.CharField("tên loại", max_length=10, choices=DocumentKind)
    medium = models.CharField("dạng", max_length=10, choices=Medium, default=Medium.ELECTRONIC)
    secrecy = models.CharField("độ mật", max_length=10, default=ORDINARY, editable=False)
    urgency = models.PositiveSmallIntegerField("mức độ khẩn", choices=Urgency, default=Urgency.ORDINARY)
    steering = models.PositiveSmallIntegerField("tính chất", choices=Steering, default=Steering.NONE)
    subject = models.CharField("trích yếu", max_length=500)
    summary = models.CharField("nội dung tóm tắt", max_length=500, blank=True)
    language = models.CharField("ngôn ngữ", max_length=30, default="Tiếng Việt")
    number = models.PositiveIntegerField("số", null=True)
    notation = models.CharField("ký hiệu", max_length=30)
    issued_on = models.DateField("ngày ban hành", null=True)
    code = models.CharField("mã định danh văn bản", max_length=120, blank=True)  # OrganId,yyyy/MM/dd,số/ký hiệu
    signer_authority = models.CharField("quyền hạn ký", max_length=100, blank=True)  # TM., KT., TL., TUQ.
    signer_position = models.CharField("chức vụ người ký", max_length=100, blank=True)
    signer_name = models.CharField("họ tên người ký", max_length=150, blank=True)
    place = models.CharField("địa danh", max_length=150, blank=True)
    pages = models.PositiveIntegerField("số trang", null=True)
    copies = models.PositiveIntegerField("số lượng bản", default=1)
    reply_due_on = models.DateField("hạn trả lời", null=True)
    places_to = models.JSONField("nơi nhận", default=list)  # lines of text
    body = models.JSONField("nội dung soạn thảo", default=dict)
    drafting_unit = models.CharField("đơn vị soạn thảo", max_length=200, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="answered_by")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    state = models.CharField("trạng thái", max_length=15, choices=State)
    revision = models.PositiveIntegerField("lần ghi", default=1)
    created_at = models.DateTimeField("tạo lúc")
    signed_at = models.DateTimeField("ký lúc", null=True)
    issued_at = models.DateTimeField("ban hành lúc", null=True)
    published_revision = models.PositiveIntegerField("lần ghi đã công bố", default=0)
    found_by = models.TextField("lời tìm kiếm", blank=True)  # fields with tone marks, then without

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(secrecy=ORDINARY), name="documents_no_state_secrets"),
            models.CheckConstraint(
                condition=Q(direction=Direction.IN)
                | Q(state__in=["draft", "in_review", "to_sign", "signed", "discarded"])
                | Q(number__isnull=False, issued_on__isnull=False),
                name="documents_issued_has_number",
            ),
            models.UniqueConstraint(
                fields=["agency", "issuer", "code"],
                condition=Q(direction=Direction.OUT) & ~Q(code=""),
                name="documents_code_once_out",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "direction", "state"], name="documents_agency_state"),
            models.Index(fields=["agency", "direction", "issued_on"], name="documents_agency_day"),
            models.Index(fields=["code"], name="documents_code"),
        ]

    def __str__(self) -> str:
        return self.code or f"#{self.pk}"


class Arrival(models.Model):
    """The entry of a document in a register of documents in (sổ đăng ký văn bản đến).

    `number` is null until the registrar takes it in. Holds personal data: who handles it.
    """

    document = models.OneToOneField(Document, models.CASCADE, related_name="arrival")
    sender = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField("đến lúc")
    acknowledge_by = models.DateTimeField("hạn trả lời đã nhận")
    number = models.PositiveIntegerField("số đến", null=True)
    arrived_on = models.DateField("ngày đến", null=True)  # day of registration
    registered_at = models.DateTimeField("tiếp nhận lúc", null=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opinion = models.TextField("ý kiến phân phối, chỉ đạo", max_length=2000, blank=True)
    due_on = models.DateField("thời hạn giải quyết", null=True)
    outcome = models.TextField("kết quả giải quyết", max_length=2000, blank=True)
    is_unpacked = models.BooleanField("đã mở gói tin", default=False)

    def __str__(self) -> str:
        return f"{self.document_id} {self.number or ''}"


class Version(models.Model):
    """One state of a document's file; bytes are never changed, every step makes another (phiên bản tệp).

    Holds personal data as far as the document does.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("phiên bản")
    kind = models.CharField("bước", max_length=15, choices=VersionKind)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=200)
    media_type = models.CharField("kiểu", max_length=100)
    made_by = models.CharField("người thực hiện", max_length=150)
    made_at = models.DateTimeField("lúc")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="documents_version_once")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.number}"


class Attachment(models.Model):
    """A file that belongs to a document beside its text (phụ lục, tài liệu kèm theo).

    Holds personal data as far as the document does.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="attachments")
    position = models.PositiveIntegerField("thứ tự")
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=200)
    media_type = models.CharField("kiểu", max_length=100)
    is_signed = models.BooleanField("cơ quan đã ký số", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="documents_attachment_once")]

    def __str__(self) -> str:
        return self.name


class DocumentText(models.Model):
    """What a document says, for the search (toàn văn). Holds personal data as far as the document does."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="text")
    plain = models.TextField("chữ thường")
    toneless = models.TextField("chữ không dấu")

    def __str__(self) -> str:
        return str(self.document_id)


class Remark(models.Model):
    """What somebody says of a draft or of a document in (ý kiến). Holds personal data: user names and what they write."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="remarks")
    author = models.CharField("người viết", max_length=150)
    text = models.TextField("ý kiến", max_length=4000)
    at = models.DateTimeField("lúc")
    version = models.PositiveIntegerField("về phiên bản", null=True)

    def __str__(self) -> str:
        return f"{self.document_id} {self.author}"


class DocumentEvent(models.Model):
    """One step of a document; appended only (diễn biến). Holds personal data: user names, reasons."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField("thứ tự")
    step = models.CharField("việc", max_length=20)
    actor = models.CharField("người thực hiện", max_length=150)
    at = models.DateTimeField("lúc")
    note = models.TextField("nội dung", max_length=2000, blank=True)
    state = models.CharField("trạng thái sau đó", max_length=15, choices=State)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="documents_event_once")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.seq} {self.step}"


class NumberBook(models.Model):
    """A series of numbers of an agency in a year (sổ đăng ký): of one type, of all types, or of documents in.

    Holds no personal data.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    year = models.PositiveIntegerField("năm")
    series = models.CharField("dãy số", max_length=20)  # type code, "*" for all types together, "in" for documents in
    is_closed = models.BooleanField("đã khóa sổ", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year", "series"], name="documents_book_once")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.year} {self.series}"


class NumberTaken(models.Model):
    """A number and the document that has it, for good: one that is recalled keeps it. Holds no personal data."""

    book = models.ForeignKey(NumberBook, models.PROTECT, related_name="numbers")
    number = models.PositiveIntegerField("số")
    document = models.ForeignKey(Document, models.PROTECT, related_name="numbers")
    taken_at = models.DateTimeField("cấp lúc")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="documents_number_once"),
            models.UniqueConstraint(fields=["book", "document"], name="documents_one_number_a_book"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id}/{self.number}"


class SignatureMade(models.Model):
    """A signature that was put on a version (chữ ký số). Holds personal data: the signer's name."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="signature")
    role = models.CharField("vai trò", max_length=12, choices=SignatureRole)
    signer = models.CharField("chủ thể chứng thư", max_length=200)
    certificate = models.CharField("dấu vân chứng thư", max_length=64)
    has_legal_value = models.BooleanField("có giá trị pháp lý")
    at = models.DateTimeField("lúc")

    def __str__(self) -> str:
        return f"{self.version_id} {self.role}"


class Verification(models.Model):
    """A check of a file's signatures with what it rested on, so that it can be made again (kết quả kiểm tra chữ ký số).

    One row per file, policy and expected agency; a check that could not be decided is made anew when more is known.
    `evidence` are the bytes of revocation lists, answers and time stamps that were used. Holds personal data: names in
    certificates.
    """

    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    policy = models.CharField("chính sách", max_length=80)
    expected = models.CharField("cơ quan mong đợi", max_length=200, blank=True)
    verdict = models.CharField("kết luận", max_length=10, choices=Verdict)
    report = models.JSONField("báo cáo")
    evidence = models.BinaryField("căn cứ", null=True)
    at = models.DateTimeField("lúc")
    next_try_at = models.DateTimeField("kiểm tra lại lúc", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "policy", "expected"], name="documents_verification_once")
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.verdict}"


class SecretCount(models.Model):
    """How many state-secret documents an agency issued in a year, and nothing else of them (số văn bản mật).

    Holds no personal data.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    year = models.PositiveIntegerField("năm")
    count = models.PositiveIntegerField("số lượng")
    entered_by = models.CharField("người nhập", max_length=150)
    at = models.DateTimeField("lúc")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="documents_secret_count_once")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.year}: {self.count}"
