from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "tinhso.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of what happens to tasks, remind every day, and show tasks on the pages of documents."""
        from tinhso.core import slots
        from tinhso.documents import api as documents
        from tinhso.plans import jobs
        from tinhso.plans.presenters.documents import fragment

        slots.add_fragment(documents.PAGE_SLOT, fragment)

        assert jobs  # noqa: S101 - importing registers the handler and the daily work
