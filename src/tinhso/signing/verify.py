"""Whether a signed PDF counts under a policy: every signature of it, what came after, whose it is, and when.

The answer hangs on nothing but the arguments; nothing is fetched. No file makes it raise.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyhanko.pdf_utils.reader import PdfFileReader

from tinhso.signing import coverage, levels, revisions
from tinhso.signing.bench import Bench
from tinhso.signing.judging import judged
from tinhso.signing.moments import aware
from tinhso.signing.policy import Policy
from tinhso.signing.port import NotAPdf
from tinhso.signing.report import Coverage, Reason, Report, SignatureReport, Verdict, Wanted, reason, worst
from tinhso.signing.signatures import Signature
from tinhso.signing.stamps import Proofs, proofs
from tinhso.signing.telling import Judgement
from tinhso.signing.trust import Material

MOST_BYTES = 100 * 1024 * 1024
MOST_REVISIONS = 1001  # a thousand after the first
MOST_SIGNATURES = 100
MOST_STEPS = 2000  # revisions compared in all


class _Refused(Exception):
    """The file as a whole does not pass; the argument is a code of `report`."""


def verify(pdf: bytes, *, policy: Policy, at: dt.datetime, material: Material | None = None) -> Report:
    """Check a signed file.

    Args:
        pdf: the whole file, from whomever it comes.
        policy: what is asked of it.
        at: aware moment of the check.
        material: proofs of revocation and certificates at hand, beside those in the file; for checking again, the
            evidence of an earlier report.

    Returns:
        The verdict with its reasons; for UNDETERMINED `wanted` says what to fetch before asking again.

    Raises:
        ValueError: `at` has no time zone.
    """
    aware(at)
    bench = Bench(policy, at, material or Material())
    try:
        return _report(_File(pdf, bench), bench)
    except _Refused as refused:
        return _refusal(str(refused), bench)
    except Exception:  # noqa: BLE001 - a stranger's file may break the parser in any way
        return _refusal("broken", bench)


@dataclass
class _File:
    """A file under check."""

    pdf: bytes
    bench: Bench
    reader: PdfFileReader = field(init=False)

    def __post_init__(self) -> None:
        if len(self.pdf) > MOST_BYTES:
            raise _Refused("too_large")
        if self.pdf.count(b"startxref") > 2 * MOST_REVISIONS:
            raise _Refused("too_complex")
        try:
            self.reader = revisions.reader_of(self.pdf)
        except NotAPdf:
            raise _Refused("not_pdf") from None
        except revisions.Unreadable:
            raise _Refused("unreadable") from None
        if self.reader.xrefs.hybrid_xrefs_present:
            raise _Refused("unreadable")  # readers disagree upon what such a file shows

    @cached_property
    def signatures(self) -> list[Signature]:
        """Signatures and time stamps in the order in which they were made."""
        try:
            found = [Signature(each, self.pdf) for each in self.reader.embedded_signatures]
        except Exception:  # noqa: BLE001 - a stranger's signature may break the parser in any way
            raise _Refused("broken") from None
        total = self.reader.xrefs.total_revisions
        steps = sum(total - 1 - each.embedded.signed_revision for each in found)
        if total > MOST_REVISIONS or len(found) > MOST_SIGNATURES or steps > MOST_STEPS:
            raise _Refused("too_complex")
        if not any(not each.is_timestamp for each in found):
            raise _Refused("unsigned")
        return found


def _report(file: _File, bench: Bench) -> Report:
    signatures = file.signatures
    bench.add(levels.material_in(file.reader.root))
    since = [_since(each, bench.policy) for each in signatures]
    proved = proofs(signatures, since, bench)
    last = max(place for place, each in enumerate(signatures) if not each.is_timestamp)
    found = [
        judged(each, since[place], proved, place, is_last=place == last, bench=bench)
        for place, each in enumerate(signatures)
    ]
    behind = _behind(signatures[-1], since[-1], file.pdf)
    return _summed(found, behind, proved, bench)


def _since(signature: Signature, policy: Policy) -> str:
    """What is wrong with what a signature covers, or with what came after it; a code, or empty."""
    try:
        if signature.coverage == Coverage.FILE:
            return ""
        if signature.coverage == Coverage.PARTIAL:
            return "gap" if not coverage.is_framed(signature.embedded, signature.pdf) else "changed"
        return coverage.problem_since(signature.embedded, policy.text_fields_allowed)
    except Exception:  # noqa: BLE001 - a stranger's revision may break the comparison in any way
        return "changed"


def _behind(last: Signature, since: str, pdf: bytes) -> tuple[Reason, ...]:
    """Whether bytes that nobody signed follow the last signature or time stamp."""
    if last.coverage == Coverage.FILE:
        return ()
    problem = since or coverage.problem_behind(last.embedded, pdf)
    return (reason("appended"),) if problem else ()


def _summed(found: Sequence[Judgement], behind: tuple[Reason, ...], proved: Proofs, bench: Bench) -> Report:
    counted = [each for one in found for each in one.report.reasons if one.counts]
    reasons = tuple(dict.fromkeys((*behind, *counted)))
    return Report(
        verdict=worst(reasons),
        reasons=reasons,
        signatures=tuple(one.report for one in found),
        evidence=bench.evidence + Material(tokens=proved.tokens),
        wanted=tuple(bench.wanted) if worst(reasons) is Verdict.UNDETERMINED else (),
        policy=bench.policy.version,
        at=bench.at,
    )


def _refusal(code: str, bench: Bench) -> Report:
    reasons = (reason(code),)
    return Report(worst(reasons), reasons, (), Material(), (), bench.policy.version, bench.at)


__all__ = ["Report", "SignatureReport", "Verdict", "Wanted", "verify"]
