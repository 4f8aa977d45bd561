from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="treestate",
            name="placement_fingerprint",
            field=models.CharField(default="", max_length=64, verbose_name="dấu vân của phép quy đổi"),
        ),
    ]
