from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "tinhso.operations"
    label = "operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in the work of the day."""
        from tinhso.operations import jobs

        assert jobs  # noqa: S101 - importing registers it
