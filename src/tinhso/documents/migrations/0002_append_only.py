"""What has been sent, signed, numbered or said of a document is never changed."""

from django.db import migrations

from tinhso.core import append_only

TABLES = {
    "documents_documentevent": ("id",),
    "documents_version": ("id",),
    "documents_packet": ("id",),
    "documents_receipt": ("id",),
    "documents_numbertaken": ("id",),
}


PACKETS = ("documents_packet", "documents_inbound")


def _install(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLES)
    if schema_editor.connection.vendor == "postgresql":  # base64 hardly gets smaller: trying costs more than it saves
        for table in PACKETS:
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN content SET STORAGE EXTERNAL")


def _remove(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("core", "0001_initial")]

    operations = [migrations.RunPython(_install, _remove)]
