"""Tries of looking a dossier up without signing in."""

from django.db import models


class LookUpTries(models.Model):
    """Failed tries of looking a dossier up, of one address or for one number (số lần tra cứu sai).

    Holds personal data for a day at most: the keyed hash of an address on the network or of a dossier's number.
    """

    subject = models.CharField("đối tượng, băm", max_length=64, unique=True)
    moments = models.JSONField("các lần thử", default=list)  # ISO 8601, the oldest first
    last_at = models.DateTimeField("lần cuối")

    class Meta:
        app_label = "public_services"
        indexes = [models.Index(fields=["last_at"], name="public_services_tries_last")]

    def __str__(self) -> str:
        return self.subject[:8]
