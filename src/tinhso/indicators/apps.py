from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "tinhso.indicators"
    label = "indicators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of changed records."""
        from tinhso.indicators import jobs

        assert jobs  # noqa: S101 - importing registers the handler
