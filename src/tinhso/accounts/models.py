from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tinhso.accounts.choices import Role


class UserManager(BaseUserManager["User"]):
    """Finds people by user name; accounts are made by `services.create_user`, which audits it."""


class User(AbstractBaseUser):
    """An official or a citizen who signs in (tài khoản).

    Of an official the identity number may be known, so that nobody works on an own dossier; a citizen's stands in
    `Citizen`. Holds personal data: name and e-mail address; encrypted, an official's identity number.
    """

    username = models.CharField(_("tên đăng nhập"), max_length=150, unique=True)
    full_name = models.CharField(_("họ và tên"), max_length=150)
    email = models.EmailField(_("thư điện tử"), blank=True)
    is_active = models.BooleanField("đang dùng", default=True)
    must_change_password = models.BooleanField("phải đổi mật khẩu", default=False)  # somebody else knows it
    sealed_identity = models.TextField("số định danh đã mã hóa", blank=True)  # of an official; empty when not known
    created_at = models.DateTimeField("tạo lúc")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="accounts_username_once")]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.full_name


class Assignment(models.Model):
    """A role of a person for a unit and everything under it, while it is valid (phân quyền).

    Holds personal data: who serves where.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField("vai trò", max_length=20, choices=Role)
    org_unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "org_unit", "valid_from"], name="accounts_assignment_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="accounts_assignment_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.org_unit_id}"


class Citizen(models.Model):
    """Somebody whom the identity provider has named, and who signs in there (công dân).

    Holds personal data: who it is, encrypted; found again by a keyed hash of the identity number.
    """

    user = models.OneToOneField(User, models.PROTECT, related_name="citizen")
    identity_hash = models.CharField("dấu của số định danh", max_length=64, unique=True)
    sealed_profile = models.TextField("thông tin đã mã hóa")
    assurance = models.PositiveSmallIntegerField("mức độ định danh")  # at the last sign-in
    created_at = models.DateTimeField("tạo lúc")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(assurance__in=(1, 2)), name="accounts_citizen_assurance_1_or_2")
        ]

    def __str__(self) -> str:
        return f"citizen {self.pk}"
