from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tinhso.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lead administrators to the people they look after; note what happens at sign-in."""
        from tinhso.accounts import adapter
        from tinhso.accounts.selectors import menu_links
        from tinhso.core import slots

        slots.add_links(menu_links)
        adapter.listen()
