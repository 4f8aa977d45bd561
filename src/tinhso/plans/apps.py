from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "tinhso.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of what happens to tasks, and remind every day."""
        from tinhso.plans import jobs

        assert jobs  # noqa: S101 - importing registers the handler and the daily work
