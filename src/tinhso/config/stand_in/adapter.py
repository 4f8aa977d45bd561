"""What the stand-in says of a person: as much as the platform asks of a real identity provider."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter

from tinhso.accounts.api import DEMO_CITIZENS, User


class DemoCitizens(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth has no types
    """Claims of the demonstration's citizens; the user name is the identity number."""

    def get_claims(self, purpose: str, user: User, client: Any, scopes: Iterable[str], **_rest: Any) -> dict[str, Any]:
        subject: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        profile, assurance = next(
            (profile, assurance) for profile, assurance in DEMO_CITIZENS if profile.identity_number == user.username
        )
        if purpose == "id_token":
            return subject | {"acr": f"LoA{assurance}"}
        return subject | {
            "identity_number": profile.identity_number,
            "full_name": profile.full_name,
            "birthdate": profile.born_on.isoformat() if profile.born_on else "",
            "phone_number": profile.phone,
            "address": {"formatted": profile.address},
        }
