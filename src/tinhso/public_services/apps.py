from django.apps import AppConfig


class PublicServicesConfig(AppConfig):
    name = "tinhso.public_services"
    label = "public_services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of events of dossiers, take part in the work of the day, and fill the navigation."""
        from tinhso.core import slots
        from tinhso.public_services import jobs, navigation

        slots.fill_navigation(navigation.entries)
        slots.add_links(navigation.links)
        assert jobs  # noqa: S101 - importing registers them
