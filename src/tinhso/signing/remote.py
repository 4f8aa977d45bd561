"""Signing in two steps, for keys that are elsewhere: a browser's plug-in, a signing service, a token, a file.

`begin` makes the revision and says what the key must sign; `finish` puts the key's answer in. A plug-in that signs the
file itself sends a whole file back instead, which `accept_returned` looks at before anybody stores it.
"""

import base64
import datetime as dt
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature

from tinhso.signing import cms, identities
from tinhso.signing.moments import aware
from tinhso.signing.opening import Opening, Words, opening
from tinhso.signing.port import CannotSign, NotAPdf, Place, require_pdf
from tinhso.signing.revisions import Unreadable, signature_fields


class WrongSignature(CannotSign):
    """The answer is no signature of this file by the certificate's key."""


class AnotherFile(ValueError):
    """What came back is not the file that was sent with exactly one signature more."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that waits for its signature. It may be kept anywhere (`dumps`, `loads`); it holds no secret.

    Args:
        opening: the file with room for the signature.
        certificate: of the signer, DER.
        chain: certificates above it, DER.
    """

    opening: Opening
    certificate: bytes
    chain: tuple[bytes, ...]

    @property
    def to_sign(self) -> bytes:
        """The bytes that the key signs, with SHA-256 (RSA PKCS #1 v1.5, or ECDSA whose answer is DER)."""
        return cms.template(self.certificate, self.chain).attributes(self.opening.digest)

    def dumps(self) -> str:
        """The whole as JSON."""
        return json.dumps(
            {
                "content": _text(self.opening.content),
                "start": self.opening.start,
                "end": self.opening.end,
                "certificate": _text(self.certificate),
                "chain": [_text(each) for each in self.chain],
            }
        )

    @classmethod
    def loads(cls, text: str) -> "Pending":
        """What `dumps` wrote.

        Raises:
            ValueError: it did not write this.
        """
        try:
            told = json.loads(text)
            opening_told = Opening(base64.b64decode(told["content"]), int(told["start"]), int(told["end"]))
            chain = tuple(base64.b64decode(each) for each in told["chain"])
            return cls(opening_told, base64.b64decode(told["certificate"]), chain)
        except (KeyError, TypeError) as problem:
            raise ValueError("this is no pending signature") from problem


def begin(
    pdf: bytes,
    certificate: bytes,
    chain: tuple[bytes, ...],
    *,
    at: dt.datetime,
    reason: str = "",
    location: str = "",
    place: Place | None = None,
) -> Pending:
    """Make the revision that a signature completes.

    Args:
        pdf: the whole file.
        certificate: of the signer, DER.
        chain: certificates above it, nearest first, DER.
        at: aware moment of signing, which the signature states.
        reason: why it is signed; may be empty.
        location: where; may be empty.
        place: field and appearance; None for a new invisible field.

    Raises:
        NotAPdf: the bytes are no PDF.
        CannotSign: the PDF takes no signature there, or the certificate's key is of an unknown kind.
        CertificateNotInForce: the certificate does not cover `at`.
    """
    require_pdf(pdf)
    template = cms.template(certificate, chain)
    identities.require_in_force(template.loaded, aware(at))
    try:
        room = template.room
    except cms.UnknownKey as problem:
        raise CannotSign(str(problem)) from problem
    words = Words(identities.name(template.loaded), reason, location, at)
    return Pending(opening(pdf, words=words, place=place or Place(), room=room), certificate, chain)


def finish(pending: Pending, signature: bytes) -> bytes:
    """The signed file (PAdES B-B).

    Args:
        signature: over `Pending.to_sign`.

    Raises:
        WrongSignature: the certificate's key did not make it over this file.
    """
    template, digest = cms.template(pending.certificate, pending.chain), pending.opening.digest
    try:
        template.require_made_by_key(digest, signature)
    except InvalidSignature:
        raise WrongSignature("the certificate's key did not make this signature over this file") from None
    return pending.opening.filled(template.wrapped(digest, signature))


def accept_returned(*, sent: bytes, returned: bytes) -> None:
    """Refuse what a plug-in returns unless it is the file that was sent, byte for byte, with one signature appended.

    Whose signature it is, and whether it holds, is told by `verify.verify`.

    Raises:
        AnotherFile: it is another file or an earlier version, unsigned, or has more or fewer new signatures than one.
    """
    if not returned.startswith(sent):
        raise AnotherFile("the file does not begin with the bytes that were sent")
    if len(returned) == len(sent):
        raise AnotherFile("the file came back unsigned")
    try:
        before, after = signature_fields(sent), signature_fields(returned)
    except (NotAPdf, Unreadable) as problem:
        raise AnotherFile(f"the file came back broken ({problem})") from problem
    new = [name for name in after if name not in before]
    if any(name not in after for name in before) or len(new) != 1:
        raise AnotherFile(f"the file came back with {len(new)} new signatures")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
