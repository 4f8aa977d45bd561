"""Time stamps (dấu thời gian, RFC 3161): asking an authority for one, and checking one."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity

from tinhso.signing import chains

HASHES = ("sha256", "sha384", "sha512")
MOST_BYTES = 64 * 1024
TIMEOUTS = (5.0, 10.0)  # seconds to connect, and between two pieces of the answer
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class TimestampFailed(RuntimeError):
    """The authority gave no usable time stamp: it is down, slow, refuses, or its answer is wrong."""


class Stamper(Protocol):
    """Something that gives time stamps."""

    def stamp(self, digest: bytes) -> bytes:
        """A time stamp token, DER, over a SHA-256 digest.

        Raises:
            TimestampFailed: there is none.
        """
        ...


@dataclass(frozen=True)
class TimestampClient:
    """Asks a time-stamp authority over HTTP.

    Args:
        url: of the authority.
        timeouts: seconds to connect and to wait for each piece.
        most_bytes: of an answer.
        session: keeps connections; None opens one per time stamp.
    """

    url: str
    timeouts: tuple[float, float] = TIMEOUTS
    most_bytes: int = MOST_BYTES
    session: requests.Session | None = field(default=None, compare=False)

    def stamp(self, digest: bytes) -> bytes:
        """A time stamp token, DER, over a SHA-256 digest.

        Raises:
            TimestampFailed: there is none.
        """
        nonce = secrets.randbits(63)
        return token_of(self._asked(request(digest, nonce)), digest, nonce)

    def _asked(self, body: bytes) -> bytes:
        session = self.session or requests.Session()
        try:
            with session.post(
                self.url, data=body, headers={"Content-Type": QUERY}, timeout=self.timeouts, stream=True
            ) as answer:
                answer.raise_for_status()
                content = answer.raw.read(self.most_bytes + 1, decode_content=True)
        except (requests.RequestException, OSError) as problem:
            raise TimestampFailed(f"the time-stamp authority did not answer ({type(problem).__name__})") from problem
        except Exception as problem:
            raise TimestampFailed(
                f"the time-stamp authority's answer broke off ({type(problem).__name__})"
            ) from problem
        finally:
            if self.session is None:
                session.close()
        if len(content) > self.most_bytes:
            raise TimestampFailed("the time-stamp authority's answer is too long")
        return bytes(content)


def request(digest: bytes, nonce: int) -> bytes:
    """What is sent to an authority: DER."""
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    asked = tsp.TimeStampReq(
        {"version": "v1", "message_imprint": tsp.MessageImprint(imprint), "nonce": nonce, "cert_req": True}
    )
    made: bytes = asked.dump()
    return made


def token_of(response: bytes, digest: bytes, nonce: int) -> bytes:
    """The token in an authority's answer, which must be to this request.

    Raises:
        TimestampFailed: it refuses, or answers something else.
    """
    try:
        status = tsp.PKIStatusInfo.load(core.Sequence.load(response, strict=True)[0].dump())["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise TimestampFailed(f"the time-stamp authority refuses ({status})")
        token: bytes = tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"].dump()
        info = opened(token).info
        told = info["nonce"].native
    except (ValueError, TypeError, KeyError) as problem:
        raise TimestampFailed("the time-stamp authority's answer cannot be read") from problem
    if told != nonce or info["message_imprint"]["hashed_message"].native != digest:
        raise TimestampFailed("the time-stamp authority answered another request")
    return token


@dataclass(frozen=True)
class Token:
    """A time stamp, read and not yet checked."""

    data: cms.SignedData
    info: tsp.TSTInfo

    @property
    def hash_name(self) -> str:
        """Of what it was made over."""
        name: str = self.info["message_imprint"]["hash_algorithm"]["algorithm"].native
        return name

    @property
    def moment(self) -> dt.datetime:
        """Which it states."""
        stated: dt.datetime = self.info["gen_time"].native
        return stated

    @property
    def certificates(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The authority's own, and those it carries along; DER."""
        found = extract_certs_for_validation(self.data)
        return found.signer_cert.dump(), tuple(each.dump() for each in found.other_certs)


def opened(token: bytes) -> Token:
    """Read a token (ContentInfo, DER).

    Raises:
        ValueError: it is none.
    """
    try:
        data = cms.ContentInfo.load(token)["content"]
        content = data["encap_content_info"]
        if content["content_type"].native != "tst_info":
            raise ValueError("the bytes are no time stamp")
        return Token(data, content["content"].parsed)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError("the bytes are no time stamp") from problem


def require_over(token: Token, digest: bytes) -> asn1_x509.Certificate:
    """The certificate of the authority that made this token over this digest, be it trusted or not.

    Raises:
        TimestampFailed: the token is over something else, forged, or made with a weak hash.
    """
    try:
        certificate = _checked(token, digest)
    except TimestampFailed:
        raise
    except Exception as problem:
        raise TimestampFailed(f"the time stamp cannot be read ({type(problem).__name__})") from problem
    return certificate


def check(token: bytes, digest: bytes, trusted: Sequence[bytes]) -> dt.datetime:
    """The moment at which a trusted authority saw this digest.

    Args:
        token: DER.
        digest: with the token's own hash, SHA-256 for ours.
        trusted: certificates of authorities, DER.

    Raises:
        TimestampFailed: the token is over something else, forged, or of nobody trusted.
    """
    try:
        read = opened(token)
    except ValueError as problem:
        raise TimestampFailed("the time stamp cannot be read") from problem
    require_over(read, digest)
    leaf, others = read.certificates
    try:
        found = chains.chain(leaf, others, trusted, read.moment)
    except chains.NoChain as problem:
        raise TimestampFailed("the time-stamp authority is not trusted") from problem
    if not found.covers(read.moment):
        raise TimestampFailed("the time-stamp authority's certificate did not count at that moment")
    return read.moment


def _checked(token: Token, digest: bytes) -> asn1_x509.Certificate:
    if token.hash_name not in HASHES or token.info["message_imprint"]["hashed_message"].native != digest:
        raise TimestampFailed("the time stamp is over something else")
    signer = extract_signer_info(token.data)
    certificate = extract_certs_for_validation(token.data).signer_cert
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in HASHES:
        raise TimestampFailed("the time stamp was made with a weak hash")
    content: Any = token.data["encap_content_info"]["content"]
    inner = hashlib.new(name, bytes(content)).digest()
    intact, valid = validate_sig_integrity(signer, certificate, "tst_info", inner)
    if not (intact and valid) or signer["signed_attrs"] is core.VOID:
        raise TimestampFailed("the time stamp is forged")
    purposes = certificate.extended_key_usage_value
    if purposes is None or purposes.native != ["time_stamping"]:
        raise TimestampFailed("the certificate is none of a time-stamp authority")
    return certificate
