from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "tinhso.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in the rounds of the worker and in the work of the day, and fill the menus."""
        from tinhso.core import slots
        from tinhso.documents import jobs
        from tinhso.documents.presenters import navigation

        slots.add_links(navigation.links)
        assert jobs  # noqa: S101 - importing registers them
