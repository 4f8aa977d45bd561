from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "tinhso.organizations"
    label = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the province on every page."""
        from tinhso.core import slots
        from tinhso.organizations.selectors.units import province_name

        slots.fill_place(province_name)
