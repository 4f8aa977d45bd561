"""Anchors of the audit chain; details of entries are written in canonical form from now on."""

import django.db.models.deletion
from django.db import migrations, models

import tinhso.core.models
from tinhso.core import append_only

TABLES = {"core_auditanchor": ("last_number", "first_number", "day"), "core_auditwitness": ("id",)}


def install(_apps, schema_editor):
    append_only.install(schema_editor.connection, TABLES)


def remove(_apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_daily_work"),
    ]

    operations = [
        # Nothing changes in the table, which SQLite would make anew, without its triggers.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="auditentry",
                    name="details",
                    field=models.JSONField(
                        default=dict, encoder=tinhso.core.models.CanonicalJSON, verbose_name="chi tiết"
                    ),
                ),
            ]
        ),
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                (
                    "last_number",
                    models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="mắt xích cuối"),
                ),
                ("first_number", models.PositiveBigIntegerField(unique=True, verbose_name="mắt xích đầu")),
                ("root", models.CharField(max_length=64, verbose_name="gốc băm")),
                ("head", models.CharField(max_length=64, verbose_name="dấu vân của mắt xích cuối")),
                ("day", models.DateField(unique=True, verbose_name="ngày")),
                ("made_at", models.DateTimeField(verbose_name="lập lúc")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_number__gte", 1), ("last_number__gte", models.F("first_number"))),
                        name="core_anchor_first_to_last",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditWitness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("stamp", "Stamp"), ("late", "Late"), ("sent", "Sent"), ("receipt", "Receipt")],
                        max_length=10,
                        verbose_name="loại",
                    ),
                ),
                ("by", models.CharField(max_length=300, verbose_name="nơi chứng thực")),
                ("at", models.DateTimeField(verbose_name="thời điểm")),
                ("token", models.BinaryField(null=True, verbose_name="dấu thời gian")),
                ("reference", models.CharField(blank=True, max_length=200, verbose_name="văn bản")),
                ("text", models.TextField(blank=True, verbose_name="lời chứng thực")),
                (
                    "anchor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="witnesses", to="core.auditanchor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "stamp"), ("token__isnull", False)),
                            models.Q(models.Q(("kind", "stamp"), _negated=True), ("token__isnull", True)),
                            _connector="OR",
                        ),
                        name="core_witness_stamp_has_token",
                    )
                ],
            },
        ),
        migrations.RunPython(install, remove),
    ]
