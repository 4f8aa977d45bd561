import django.db.models.deletion
from django.db import migrations, models


def _take_out_of_force(apps, _schema_editor):
    """Figures whose files no manifest names cannot be read; the next computation makes them anew."""
    apps.get_model("indicators", "StateSet").objects.update(in_force=False)


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="stateset",
            name="manifest",
            field=models.JSONField(default=dict, verbose_name="các tệp"),
        ),
        migrations.RunPython(_take_out_of_force, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="stateset",
            name="tree_hash",
            field=models.CharField(max_length=200, verbose_name="dấu vân cây đơn vị"),
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="số")),
                ("plan_number", models.CharField(max_length=60, verbose_name="kế hoạch")),
                ("plan_version", models.CharField(max_length=60, verbose_name="phiên bản kế hoạch")),
                ("plan_hash", models.CharField(max_length=64, verbose_name="dấu vân kế hoạch")),
                ("period", models.CharField(max_length=40, verbose_name="kỳ")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="ghi chú")),
                ("code_version", models.CharField(max_length=60, verbose_name="phiên bản phần mềm")),
                ("cells_sha256", models.CharField(max_length=64, verbose_name="SHA-256 của các ô số liệu")),
                ("created_by", models.CharField(max_length=150, verbose_name="người chốt")),
                ("created_at", models.DateTimeField(verbose_name="chốt lúc")),
                (
                    "state_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="indicators.stateset",
                    ),
                ),
            ],
        ),
    ]
