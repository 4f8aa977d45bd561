"""The rules for one signature: whose it is, whether the certificate counts, and whether it was taken back."""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509

from tinhso.signing import chains, signatures
from tinhso.signing.bench import Bench
from tinhso.signing.chains import Chain
from tinhso.signing.moments import VIETNAM
from tinhso.signing.policy import Policy
from tinhso.signing.report import reason
from tinhso.signing.revocation import Standing
from tinhso.signing.signatures import Signature
from tinhso.signing.stamps import Proofs
from tinhso.signing.telling import Judgement, told, unreadable

_STANDINGS = {
    Standing.REVOKED: "revoked",
    Standing.OLD: "old_revocation",
    Standing.UNKNOWN: "no_revocation",
}


def judged(signature: Signature, since: str, proved: Proofs, place: int, *, is_last: bool, bench: Bench) -> Judgement:
    """Judge one signature or time stamp.

    Args:
        since: what is wrong with what it covers and what came after, a code; empty for nothing.
        proved: what time stamps prove.
        place: of the signature among all.
        is_last: whether it is the last one that is no time stamp, which is the issuing agency's.
    """
    if signature.is_timestamp:
        return proved.judgement(signature, place)
    try:
        codes = dict.fromkeys(_problems(signature, since, proved, place, is_last, bench))
        reasons = tuple(reason(code, signature.field) for code in codes)
        return Judgement(told(signature, reasons, proved.moments[place]), counts=True)
    except Exception:  # noqa: BLE001 - a stranger's signature may break the parser in any way
        return Judgement(unreadable(signature), counts=True)


def _problems(
    signature: Signature, since: str, proved: Proofs, place: int, is_last: bool, bench: Bench
) -> Iterator[str]:
    """Codes of all that is wrong, most serious first."""
    yield from filter(None, (signatures.integrity_problem(signature), since))
    moment = proved.moments[place] or bench.at
    try:
        chain = bench.chain(signature.certificate_der, signature.others, moment)
    except chains.ChainNotInForce:
        yield "chain_expired"
    except chains.NoChain:
        yield "untrusted"
    else:
        yield from _of_chain(signature, chain, moment, bench)
    yield from _of_time(signature, moment, bool(proved.doubtful[place]), bench)
    if not signatures.may_sign_documents(signature.certificate):
        yield "key_usage"
    yield from _of_hashes(signature.hash_names, signature, proved.moments[place], bench.policy)
    if not signatures.is_key_strong(signature.certificate, bench.policy.min_rsa_bits):
        yield "weak_key"
    if is_last and not bench.policy.accepts(signature.names):
        yield "other_organization"


def _of_chain(signature: Signature, chain: Chain, moment: dt.datetime, bench: Bench) -> Iterator[str]:
    standing = bench.standing(chain, moment)
    if standing in _STANDINGS:
        yield _STANDINGS[standing]
    between = chain.certificates[1:-1]
    if not all(signatures.is_key_strong(one, bench.policy.min_rsa_bits) for one in between):
        yield "weak_key"
    names = frozenset(signatures.hash_name(one) for one in chain.certificates[:-1])
    yield from _of_hashes(names, signature, None, bench.policy)


def _of_time(signature: Signature, moment: dt.datetime, is_doubtful: bool, bench: Bench) -> Iterator[str]:
    certificate, stated = signature.certificate, signature.stated_at
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if moment > last:
        yield "timestamp" if is_doubtful else "expired"
    elif moment < first:
        yield "not_yet_valid"
    if stated is None:
        yield "undated"
    elif stated > moment + bench.policy.clock_skew:
        yield "future"
    elif not _counts_around(certificate, stated, bench.policy.clock_skew):
        yield "signed_outside"


def _counts_around(certificate: x509.Certificate, stated: dt.datetime, skew: dt.timedelta) -> bool:
    return certificate.not_valid_before_utc - skew <= stated <= certificate.not_valid_after_utc + skew


def _of_hashes(
    names: frozenset[str], signature: Signature, proved_at: dt.datetime | None, policy: Policy
) -> Iterator[str]:
    weak = names - signatures.STRONG
    if not weak:
        return
    stated = signature.stated_at
    if weak - {"sha1"} or stated is None or stated.astimezone(VIETNAM).date() > policy.sha1_until:
        yield "weak_hash"
    elif proved_at is None or proved_at.astimezone(VIETNAM).date() > policy.sha1_until:
        yield "old_hash"
