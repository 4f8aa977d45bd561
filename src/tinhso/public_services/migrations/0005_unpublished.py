"""What was not published yet is found without looking at every dossier."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("public_services", "0004_assistance")]
    operations = [
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["id"], condition=Q(published_seq__lt=F("revision")), name="public_services_unpublished"
            ),
        ),
    ]
