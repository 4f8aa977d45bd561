"""Making the stand-in ready: its database, its people, and the one site that may ask it."""

from allauth.idp.oidc.models import Client
from django.core.management import call_command

from tinhso.accounts.api import DEMO_CITIZENS, User
from tinhso.config.stand_in import CLIENT_ID, CLIENT_SECRET
from tinhso.core import clock


def prepare(*, callbacks: list[str]) -> None:
    """Create or upgrade the database; safe to repeat.

    Args:
        callbacks: pages to which people may be sent back.
    """
    call_command("migrate", verbosity=0)
    for profile, _assurance in DEMO_CITIZENS:
        described = {"full_name": profile.full_name, "password": "!", "created_at": clock.now()}
        User.objects.get_or_create(username=profile.identity_number, defaults=described)
    client = Client(id=CLIENT_ID, name="Tỉnh Số", type=Client.Type.CONFIDENTIAL, skip_consent=True)
    client.set_secret(CLIENT_SECRET)
    client.set_scopes(["openid", "profile"])
    client.set_redirect_uris(callbacks)
    client.save()
