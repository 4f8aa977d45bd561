"""Electronic documents: signing and checking PDF files of about 100 kB, beside pyHanko's own ways and bare cryptography.

Then edXML, the exchange between two agencies with durable commits, and the check of the audit trail.

CPU seconds of one process, the best of three rounds; the exchange takes wall time, as its limit is the disk's. Keys are held in memory; "paper" is the whole way of one document:
the leader signs, number and day are filled in, the agency signs and locks. The peer signs and checks the same file with
pyHanko's defaults; the limit is SHA-256 over the file and one operation with the key. The last line is one JSON document.
"""

import argparse
import base64
import datetime as dt
import hashlib
import io
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import exchanging
import measuring

ROUNDS, CALLS, QUICK_CALLS = 3, 100, 4
SLOW_CALLS = 12  # of peers that take long
IMAGE_PIXELS, PARAGRAPHS = 140, 700
LEAST_SIGNED_PER_S, LEAST_VS_PYHANKO, LEAST_CHECKED_PER_S = 400, 30, 117
AUDIT_ROWS, QUICK_AUDIT_ROWS, LEAST_AUDIT_ROWS_PER_S = 200_000, 10_000, 150_000
PACKETS = 400
AT = dt.datetime(2024, 1, 15, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
Row = tuple[str, float, float, str]  # what, RSA, curve, limit


@dataclass(frozen=True)
class Bench:
    """What all parts share.

    Args:
        folder: for files of this run.
        calls: per round.
        slow_calls: per round, of what takes long.
    """

    folder: Path
    calls: int
    slow_calls: int


def per_second(work: Callable[[], object], calls: int) -> float:
    """Calls per CPU second, best of the rounds; the first call is not counted."""
    work()
    best = 0.0
    for _round in range(ROUNDS):
        started = time.process_time()
        for _call in range(calls):
            work()
        best = max(best, calls / (time.process_time() - started))
    return best


# ---- signing and checking -------------------------------------------------------------------------------------------


def document() -> bytes:
    """A PDF/A of about 100 kB: text and one picture that does not compress."""
    from PIL import Image
    from weasyprint import HTML

    picture = io.BytesIO()
    noise = random.Random(1).randbytes(IMAGE_PIXELS * IMAGE_PIXELS * 3)
    Image.frombytes("RGB", (IMAGE_PIXELS, IMAGE_PIXELS), noise).save(picture, "PNG")
    shown = base64.b64encode(picture.getvalue()).decode("ascii")
    lines = "".join(f"<p>Đoạn {place}. Nội dung văn bản mẫu, {place * 7919}</p>" for place in range(PARAGRAPHS))
    page = f"<html lang=vi><title>Mẫu</title><body>{lines}<img src='data:image/png;base64,{shown}'></body></html>"
    made: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/a-2u")
    return made


class Desk:
    """A leader and an agency with keys of one kind, and a paper on its way."""

    def __init__(self, folder: Path, plain: bytes, key: Callable[[], Any]) -> None:
        from tinhso.signing import fields, soft_key
        from tinhso.signing.policy import Policy
        from tinhso.signing.port import Place
        from tinhso.signing.soft_key import SoftKey
        from tinhso.signing.trust import Material, TrustList

        self.plain = plain
        self.leader = SoftKey.create(folder, name="Nguyễn Văn Mẫu", organization="Sở Mẫu", at=AT, key=key())
        self.agency = SoftKey.create(folder, name="Sở Mẫu", organization="Sở Mẫu", at=AT, key=key())
        self.prepared = fields.prepare(
            plain,
            texts=[
                fields.TextField(fields.NUMBER, 0, (100, 700, 160, 716), 13),
                fields.TextField(fields.DATE, 0, (300, 700, 500, 716), 13, offsets=(30, 75, 120)),
            ],
            signatures=[
                fields.SignatureBox(fields.PERSON, 0, (300, 100, 450, 160)),
                fields.SignatureBox(fields.ORGANIZATION, 0, (250, 80, 350, 180), lock=True),
            ],
        )
        self.first, self.last = Place(fields.PERSON, certify=True), Place(fields.ORGANIZATION, lock=True)
        self.policy = Policy(TrustList.of([self.leader.authority]))
        self.material = Material(crls=(soft_key.crl_of(folder, AT),))
        self.signed, self.issued = self.sign(), self.paper()

    def sign(self) -> bytes:
        return self.leader.sign(self.prepared, at=AT, place=self.first)

    def paper(self) -> bytes:
        from tinhso.signing import fields

        filled = fields.fill(self.sign(), {fields.NUMBER: "12", fields.DATE: "05/02/2024"})
        return self.agency.sign(filled, at=AT, place=self.last)

    def check(self, content: bytes) -> None:
        from tinhso.signing.verify import Verdict, verify

        found = verify(content, policy=self.policy, at=AT, material=self.material)
        assert found.verdict is Verdict.PASSED, found.codes

    def bare_sign(self) -> bytes:
        from tinhso.signing.soft_key import signed_raw

        return signed_raw(self.leader.key, hashlib.sha256(self.prepared).digest())

    def bare_check(self, signature: bytes) -> None:
        from tinhso.signing import cms

        cms.require_signed(self.leader.key.public_key(), hashlib.sha256(self.prepared).digest(), signature)


class Peer:
    """pyHanko as its manual shows it."""

    def __init__(self, desk: Desk) -> None:
        from asn1crypto import x509
        from cryptography.hazmat.primitives import serialization
        from pyhanko.keys import load_private_key_from_pemder_data
        from pyhanko.sign import signers
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        der = desk.leader.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore()
        store.register(x509.Certificate.load(desk.leader.authority))
        self.plain, self.root = desk.plain, x509.Certificate.load(desk.leader.authority)
        self.signer = signers.SimpleSigner(
            signing_cert=x509.Certificate.load(desk.leader.certificate_der),
            signing_key=load_private_key_from_pemder_data(der, passphrase=None),
            cert_registry=store,
        )

    def sign(self) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers

        metadata = signers.PdfSignatureMetadata(
            field_name="Chu", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
        )
        made = io.BytesIO()
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(self.plain)), metadata, self.signer, output=made)
        return made.getvalue()

    def check(self, content: bytes) -> None:
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko_certvalidator import ValidationContext

        for embedded in PdfFileReader(io.BytesIO(content)).embedded_regular_signatures:
            context = ValidationContext(trust_roots=[self.root], moment=AT, allow_fetching=False)
            assert validate_pdf_signature(embedded, context).bottom_line


@contextmanager
def pyhanko_untouched() -> Iterator[None]:
    """pyHanko reads byte by byte in its own way; the platform makes it read in pieces."""
    from tinhso.signing import reading

    reading.remove()
    try:
        yield
    finally:
        reading.install()


def signing(bench: Bench) -> dict[str, float]:
    """Signatures and checks per second, beside pyHanko's defaults and bare cryptography."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from tinhso.signing import authority

    plain = document()
    rsa = _speeds(Desk(bench.folder / "rsa", plain, authority.new_key), bench)
    curve = _speeds(Desk(bench.folder / "curve", plain, lambda: ec.generate_private_key(ec.SECP256R1())), bench)
    print(f"\nSigning and checking, PDF/A of {len(plain) / 1000:.0f} kB, per second and core")
    print(f"{'':<34}{'RSA-2048':>12}{'P-256':>12}   limit")
    limits = {"sign": f">= {LEAST_SIGNED_PER_S}", "check": f">= {LEAST_CHECKED_PER_S}"}
    for name, speed in rsa.items():
        print(f"{name:<34}{speed:>12.1f}{curve[name]:>12.1f}   {limits.get(name, '')}")
    ratio = rsa["sign"] / rsa["pyHanko sign"]
    print(f"signing is {ratio:.1f} times pyHanko's default (limit {LEAST_VS_PYHANKO}),", end=" ")
    print(f"bare cryptography {rsa['bare sign'] / rsa['sign']:.1f} times ours;", end=" ")
    print(
        f"checking is {rsa['check'] / rsa['pyHanko check']:.1f} times, bare {rsa['bare check'] / rsa['check']:.0f} times"
    )
    return {
        "sign_per_s": round(rsa["sign"], 1),
        "sign_vs_pyhanko": round(ratio, 1),
        "verify_per_s": round(rsa["check"], 1),
        "verify_vs_pyhanko": round(rsa["check"] / rsa["pyHanko check"], 2),
        "papers_per_s": round(rsa["paper"], 1),
        "verify_issued_per_s": round(rsa["check of two signatures"], 1),
    }


def _speeds(desk: Desk, bench: Bench) -> dict[str, float]:
    peer, bare = Peer(desk), desk.bare_sign()
    found = {
        "sign": per_second(desk.sign, bench.calls),
        "paper": per_second(desk.paper, bench.calls),
        "check": per_second(lambda: desk.check(desk.signed), bench.calls),
        "check of two signatures": per_second(lambda: desk.check(desk.issued), bench.slow_calls),
    }
    with pyhanko_untouched():
        content = peer.sign()
        found |= {
            "pyHanko sign": per_second(peer.sign, bench.slow_calls),
            "pyHanko check": per_second(lambda: peer.check(content), bench.slow_calls),
            "pyHanko check of two signatures": per_second(lambda: peer.check(desk.issued), bench.slow_calls),
        }
    return found | {
        "bare sign": per_second(desk.bare_sign, bench.calls),
        "bare check": per_second(lambda: desk.bare_check(bare), bench.calls),
    }


# ---- packets, exchange, audit trail ---------------------------------------------------------------------------------


def wire(bench: Bench) -> dict[str, float]:
    """Milliseconds of edXML: a packet of 100 kB written, and read."""
    found = exchanging.edxml_ms(per_second, bench.calls)
    print(
        f"\nedXML of {found['kilobytes']:.0f} kB: read {found['read']:.2f} ms (limit 1), write {found['write']:.2f} ms"
    )
    return {"edxml_read_ms": round(found["read"], 2), "edxml_write_ms": round(found["write"], 2)}


def exchange(bench: Bench) -> dict[str, float]:
    """Packets of 100 kB handed over, kept and receipted, with durable commits, beside what the disk allows."""
    count = 10 if bench.calls == QUICK_CALLS else PACKETS
    limit = exchanging.disk_pairs_per_s(bench.folder)
    found = {workers: exchanging.packets_per_s(count, workers) for workers in (1, 2)}
    best = max(found.values())
    print(
        f"\nExchange on {exchanging.database()}: {found[1]:.0f} packets/s by one worker, {found[2]:.0f} by two;",
        end=" ",
    )
    print(f"the disk allows {limit:.0f} pairs of commits/s: {best / limit:.0%} (limit 60 %)")
    return {"exchange_per_s": round(best, 1), "exchange_vs_limit": round(best / limit, 3)}


def audit(bench: Bench) -> dict[str, float]:
    """Sealed entries that are gone through in a second."""
    rows = QUICK_AUDIT_ROWS if bench.calls == QUICK_CALLS else AUDIT_ROWS
    found = exchanging.audit_rows_per_s(rows)
    print(
        f"\nAudit trail: {found:,.0f} of {rows:,} entries checked per second and core (limit {LEAST_AUDIT_ROWS_PER_S:,})"
    )
    return {"audit_rows_per_s": round(found)}


PARTS: dict[str, Callable[[Bench], dict[str, float]]] = {
    "signing": signing,
    "edxml": wire,
    "exchange": exchange,
    "audit": audit,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few calls: whether it runs, not how fast it is")
    parser.add_argument("--only", choices=sorted(PARTS), help="one part only")
    parser.add_argument("--database", default="", help="of the exchange; SQLite when none is named")
    options = parser.parse_args()
    calls, slow = (QUICK_CALLS, 2) if options.quick else (CALLS, SLOW_CALLS)
    print(measuring.machine())
    ratios: dict[str, float] = {}
    with measuring.own_home() as folder:
        exchanging.install(options.database)
        bench = Bench(folder, calls, slow)
        for name, part in PARTS.items():
            if options.only in (None, name):
                ratios |= part(bench)
    measuring.close("documents", ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
