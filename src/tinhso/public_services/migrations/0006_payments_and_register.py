"""Payments and their notices; numbers of results begin anew with every agency, kind of paper and year."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tinhso.core import append_only

NOTICES = {"public_services_paymentnotice": ("id",)}


def _install(apps, schema_editor):
    append_only.install(schema_editor.connection, NOTICES)


def _remove(apps, schema_editor):
    append_only.remove(schema_editor.connection, NOTICES)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_daily_work"),
        ("public_services", "0005_unpublished"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="khóa")),
                ("provider", models.CharField(max_length=20, verbose_name="kênh thanh toán")),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="mã thanh toán")),
                ("amount_vnd", models.PositiveBigIntegerField(verbose_name="số tiền phải nộp")),
                ("qr_text", models.CharField(blank=True, max_length=400, verbose_name="nội dung mã VietQR")),
                ("requested_at", models.DateTimeField(verbose_name="tạo lúc")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="mã hết hạn lúc")),
                ("paid_at", models.DateTimeField(null=True, verbose_name="trả lúc")),
                ("received_vnd", models.PositiveBigIntegerField(null=True, verbose_name="số tiền đã nhận")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="không thành công lúc")),
                ("refunded_at", models.DateTimeField(null=True, verbose_name="hoàn lúc")),
                ("refunded_vnd", models.PositiveBigIntegerField(default=0, verbose_name="số tiền đã hoàn")),
                ("provider_ref", models.CharField(blank=True, max_length=80, verbose_name="mã giao dịch")),
                ("collected_by", models.CharField(blank=True, max_length=150, verbose_name="người thu")),
                ("sealed", models.TextField(blank=True, verbose_name="người nộp")),
                ("receipt_number", models.CharField(blank=True, max_length=60, verbose_name="số biên lai")),
                ("handled_at", models.DateTimeField(null=True, verbose_name="xử lý lúc")),
                ("handled_by", models.CharField(blank=True, max_length=150, verbose_name="người xử lý")),
            ],
        ),
        migrations.CreateModel(
            name="PaymentNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20, verbose_name="kênh thanh toán")),
                ("received_at", models.DateTimeField(verbose_name="nhận lúc")),
                ("is_signature_ok", models.BooleanField(verbose_name="chữ ký đúng")),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signature", "Chữ ký sai"),
                            ("stale", "Dấu thời gian quá 10 phút"),
                            ("unreadable", "Nội dung không đọc được"),
                            ("unknown", "Không có khoản mang mã này"),
                            ("conflict", "Giao dịch đã ghi cho khoản khác"),
                        ],
                        max_length=12,
                        verbose_name="lý do không làm theo",
                    ),
                ),
                ("sealed", models.TextField(verbose_name="nội dung")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="resultdocument",
            name="public_services_result_number",
        ),
        migrations.AddField(
            model_name="resultdocument",
            name="certificate",
            field=models.CharField(blank=True, max_length=64, verbose_name="chứng thư, dấu vân"),
        ),
        migrations.AddField(
            model_name="resultdocument",
            name="register_key",
            field=models.CharField(blank=True, max_length=160, verbose_name="khóa sổ"),
        ),
        migrations.AddConstraint(
            model_name="resultdocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("register_key", ""), _negated=True),
                fields=("register_key",),
                name="public_services_result_number",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="charges",
            field=models.ManyToManyField(related_name="payments", to="public_services.charge"),
        ),
        migrations.AddField(
            model_name="payment",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="public_services.dossier"
            ),
        ),
        migrations.AddField(
            model_name="paymentnotice",
            name="payment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="public_services.payment",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("provider_ref", ""), _negated=True),
                fields=("provider", "provider_ref"),
                name="public_services_payment_provider_ref",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("receipt_number", ""), _negated=True),
                fields=("receipt_number",),
                name="public_services_payment_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid_at__isnull", True), ("receipt_number", ""), ("received_vnd__isnull", True)),
                    models.Q(("paid_at__isnull", False), ("received_vnd__isnull", False)),
                    _connector="OR",
                ),
                name="public_services_payment_paid_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_vnd__gt", 0)), name="public_services_payment_amount"
            ),
        ),
        migrations.RunPython(_install, _remove),
    ]
