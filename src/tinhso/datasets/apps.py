from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "tinhso.datasets"
    label = "datasets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of confirmed uploads."""
        from tinhso.datasets import jobs

        assert jobs  # noqa: S101 - importing registers the handler
