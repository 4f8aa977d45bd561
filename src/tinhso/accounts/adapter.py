from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class OfficialsOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are given by administrators; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
