"""Events of dossiers are append-only, and what has been published stays as it was."""

from django.db import migrations

from tinhso.core import append_only

EVENTS = {"public_services_dossierevent": ("id",)}
TABLE = "public_services_procedureversion"
FIXED = (
    "procedure_id",
    "number",
    "name",
    "field",
    "online_level",
    "eligible_full",
    "national_portal",
    "content",
    "digest",
)
REFUSAL = "a published procedure does not change"


def _install(apps, schema_editor):
    append_only.install(schema_editor.connection, EVENTS)
    schema_editor.execute(_postgres() if schema_editor.connection.vendor == "postgresql" else _sqlite())


def _remove(apps, schema_editor):
    append_only.remove(schema_editor.connection, EVENTS)
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_fixed{on}")


def _sqlite():
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    return (
        f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} "
        f"WHEN OLD.state = 'published' AND (NEW.state <> 'published' OR {changed}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _postgres():
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
    return (
        f"CREATE OR REPLACE FUNCTION public_services_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF OLD.state = 'published' AND (NEW.state <> 'published' OR {changed}) THEN "
        f"RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END $$; "
        f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION public_services_refuse_change()"
    )


class Migration(migrations.Migration):
    dependencies = [("public_services", "0001_initial")]
    operations = [migrations.RunPython(_install, _remove)]
