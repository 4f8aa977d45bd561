"""A chain with an anchor in its midst, and what somebody with full rights over the database could do to it."""

import datetime as dt
import subprocess
from contextlib import contextmanager

from django.db import connection, transaction

from tests.conftest import AT
from tinhso.core import append_only, audit
from tinhso.core.audit import merkle
from tinhso.core.models import AuditAnchor, AuditEntry, AuditSeal, AuditWitness

DAY = AT.date()
CONFIG = """
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def record(number=1, **details):
    details = {"n": number, "ở": "đâu", **details}
    return audit.record(actor="an", action="x.done", obj=f"thing:{number}", details=details, at=AT)


def chain(*lengths, stamp=None):
    """Entries sealed and anchored, so many a day; the last ones are not anchored."""
    entries = []
    for day, length in enumerate(lengths):
        at = AT + dt.timedelta(days=day)
        if day:
            audit.make_anchor(at=at, today=at.date())
        entries += [record(len(entries) + number) for number in range(length)]
        audit.seal()
    if stamp:
        audit.stamp_anchors(at=AT, stamp=stamp)
    return entries


@contextmanager
def as_superuser():
    """Without the triggers; undone at the end."""
    with transaction.atomic():
        append_only.remove(connection)
        yield
        transaction.set_rollback(True)


def rewrite(*, anchors_too=False):
    """Make the whole chain anew after a change of the first entry, and the anchors as well."""
    old = list(AuditAnchor.objects.order_by("pk"))
    AuditEntry.objects.filter(obj="thing:0").update(actor="giả")
    AuditSeal.objects.all().delete()
    audit.seal(everything=True)
    for anchor in old if anchors_too else ():
        seal = AuditSeal.objects.get(pk=anchor.pk)
        seals = AuditSeal.objects.filter(number__gte=anchor.first_number, number__lte=anchor.pk).order_by("pk")
        tree = merkle.Tree()
        tree.extend(seals.values_list("hash", flat=True))
        AuditAnchor.objects.filter(pk=anchor.pk).update(head=seal.hash, root=tree.root())


def cut(number):
    """Remove everything from a seal on."""
    newest = AuditSeal.objects.filter(number__gte=number)
    AuditEntry.objects.filter(pk__in=newest.values("entry_id")).delete()
    newest.delete()


def forget_anchors():
    AuditWitness.objects.all().delete()
    AuditAnchor.objects.all().delete()


class Authority:
    """A time-stamp authority of the `openssl` program, with a certificate of its own."""

    def __init__(self, folder):
        self.folder, self.ca = folder, folder / "ca.pem"
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        (folder / "extensions").write_text("extendedKeyUsage=critical,timeStamping\n")
        key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        self._run(f"req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=root -days 3650")
        self._run(f"req {key} -keyout tsa.key -out tsa.csr -subj /CN=tsa")
        self._run(
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 2 -out tsa.pem -days 3650 -extfile extensions"
        )

    def stamp(self, digest):
        self._run(f"ts -query -digest {digest.hex()} -sha256 -cert -out query")
        self._run("ts -reply -config tsa.cnf -queryfile query -token_out -out token")
        return (self.folder / "token").read_bytes()

    def _run(self, arguments):
        subprocess.run(["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True)
