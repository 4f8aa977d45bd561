"""What the time stamps of a file prove: from the newest to the oldest, as each vouches for what lies under it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from tinhso.signing import chains, coverage, signatures, timestamps
from tinhso.signing.bench import Bench
from tinhso.signing.report import Coverage, reason
from tinhso.signing.revocation import Standing
from tinhso.signing.signatures import Signature
from tinhso.signing.telling import Judgement, told, unreadable
from tinhso.signing.timestamps import Token


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is proved, by place of the signature among all.

    Args:
        moments: at which the signature existed at the latest, and was proved to; None when nothing proves it.
        doubtful: whether a time stamp of it could not be decided (of nobody trusted, or with proofs missing).
        problems: of a time stamp over the file itself: a code of `report`; empty for none.
        tokens: time stamps that prove something, DER.
    """

    moments: tuple[dt.datetime | None, ...]
    doubtful: tuple[bool, ...]
    problems: tuple[str, ...]
    tokens: tuple[bytes, ...]

    def judgement(self, signature: Signature, place: int) -> Judgement:
        """What is told of a time stamp over the file; one of an unknown authority does not spoil the file."""
        problem = self.problems[place]
        reasons = (reason(problem, signature.field),) if problem else ()
        try:
            report = told(signature, reasons, self.moments[place])
        except Exception:  # noqa: BLE001 - a stranger's time stamp may break the parser in any way
            return Judgement(unreadable(signature), counts=True)
        return Judgement(report, counts=problem not in ("", "timestamp"))


def proofs(made: Sequence[Signature], since: Sequence[str], bench: Bench) -> Proofs:
    """Go through all time stamps.

    Args:
        made: signatures in the order in which they were made.
        since: what is wrong with what came after each, a code; empty for nothing.
    """
    moment: dt.datetime | None = None
    is_doubtful = False
    found: list[tuple[dt.datetime | None, bool, str]] = []
    tokens: list[bytes] = []
    for signature, changed in reversed(list(zip(made, since, strict=True))):
        problem, own = "", None
        if signature.is_timestamp:
            problem, own = _over_file(signature, changed, moment or bench.at, bench)
        else:
            problem, own = _inside(signature, moment or bench.at, bench)
        if own is not None:
            tokens.append(_token_of(signature))
        earliest = min(filter(None, (moment, own)), default=None)
        found.append((earliest, is_doubtful or problem == "timestamp", problem if signature.is_timestamp else ""))
        if signature.is_timestamp:
            moment, is_doubtful = earliest, is_doubtful or problem == "timestamp"
    found.reverse()
    return Proofs(
        moments=tuple(each[0] for each in found),
        doubtful=tuple(each[1] for each in found),
        problems=tuple(each[2] for each in found),
        tokens=tuple(tokens),
    )


def _over_file(signature: Signature, changed: str, until: dt.datetime, bench: Bench) -> tuple[str, dt.datetime | None]:
    """A time stamp over the file: what is wrong with it, or the moment that it proves."""
    embedded = signature.embedded
    if changed or signature.coverage == Coverage.PARTIAL:
        return changed or "gap", None
    try:
        token = timestamps.opened(embedded.pkcs7_content)
        timestamps.require_over(token, coverage.digest(embedded, signature.pdf, token.hash_name))
    except (ValueError, timestamps.TimestampFailed):
        return "forged", None
    return _trusted(token, until, bench)


def _inside(signature: Signature, until: dt.datetime, bench: Bench) -> tuple[str, dt.datetime | None]:
    """A time stamp inside a signature; one that is wrong proves nothing and counts as none."""
    try:
        der = signature.token
        if der is None:
            return "", None
        token = timestamps.opened(der)
        made = hashes.Hash(_HASHES[token.hash_name])
        made.update(signature.value)
        timestamps.require_over(token, made.finalize())
        return _trusted(token, until, bench)
    except Exception:  # noqa: BLE001 - a stranger's time stamp may break the parser in any way
        return "timestamp", None


def _trusted(token: Token, until: dt.datetime, bench: Bench) -> tuple[str, dt.datetime | None]:
    """The moment that a token proves, if its authority is trusted, and was until the moment up to which it vouches."""
    leaf, others = token.certificates
    if token.moment > bench.latest:
        return "timestamp", None
    try:
        chain = bench.chain(leaf, others, token.moment)
    except chains.NoChain:
        return "timestamp", None
    if not (chain.covers(token.moment) and chain.covers(until) and _is_strong(chain, bench)):
        return "timestamp", None
    if bench.standing(chain, until) is not Standing.GOOD:
        return "timestamp", None
    return "", token.moment


def _is_strong(chain: chains.Chain, bench: Bench) -> bool:
    below = chain.certificates[:-1] or chain.certificates
    return all(
        signatures.is_key_strong(one, bench.policy.min_rsa_bits) and signatures.hash_name(one) in signatures.STRONG
        for one in below
    )


def _token_of(signature: Signature) -> bytes:
    found = signature.embedded.pkcs7_content if signature.is_timestamp else signature.token
    return bytes(found or b"")


_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
