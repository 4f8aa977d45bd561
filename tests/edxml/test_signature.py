"""Signatures over whole packets, and the ways to cheat with them."""

import base64
import datetime as dt
import functools

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner

from tests.edxml.factories import AT, make_packet
from tinhso.edxml import Attachment, Limits, Unreadable, read, write
from tinhso.edxml.signature import BadSignature, CannotSign, Outcome, sign, verify

DS = "{http://www.w3.org/2000/09/xmldsig#}"
NS = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
DAY = dt.timedelta(days=1)


def usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**{**dict.fromkeys(names.split(), False), **allowed})


def certificate(
    name, key, issuer, issuer_key, *, is_authority=False, uses=None, after=AT + 365 * DAY, length=None
) -> x509.Certificate:
    uses = uses or (usage(key_cert_sign=True) if is_authority else usage(digital_signature=True))
    builder = x509.CertificateBuilder(
        subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
        issuer_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=AT - DAY,
        not_valid_after=after,
    )
    builder = builder.add_extension(x509.BasicConstraints(is_authority, length), True).add_extension(uses, True)
    return builder.sign(issuer_key, hashes.SHA256())


class Pki:
    """An authority, one below it, and signers with RSA and EC keys."""

    def __init__(self):
        self.root_key, self.middle_key, self.ec_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self.rsa_key = rsa.generate_private_key(65537, 2048)
        self.root = certificate("CA gốc", self.root_key, "CA gốc", self.root_key, is_authority=True)
        self.middle = certificate("CA cấp 2", self.middle_key, "CA gốc", self.root_key, is_authority=True)
        self.rsa = certificate("Sở A", self.rsa_key, "CA gốc", self.root_key)
        self.ec = certificate("Sở B", self.ec_key, "CA cấp 2", self.middle_key)
        self.chain = b"".join(one.public_bytes(Encoding.PEM) for one in (self.ec, self.middle))


@functools.cache
def pki() -> Pki:
    return Pki()


@functools.cache
def signed() -> bytes:
    return sign(write(make_packet()), pki().rsa_key, pki().rsa.public_bytes(Encoding.PEM))


def check(xml: bytes, *trusted: x509.Certificate, at: dt.datetime = AT):
    return verify(xml, trusted=trusted or (pki().root,), at=at)


def outcome(xml: bytes, *trusted: x509.Certificate, at: dt.datetime = AT) -> Outcome:
    with pytest.raises(BadSignature) as refused:
        check(xml, *trusted, at=at)
    return refused.value.outcome


def changed(change) -> bytes:
    """The signed packet after a change to its tree."""
    root = etree.fromstring(signed())
    change(root, root.find(f".//{DS}Signature"))
    return etree.tostring(root)


def test_what_is_signed_can_be_checked_and_read():
    verified = check(signed())

    assert verified.certificate == pki().rsa
    assert read(verified.signed) == make_packet()
    assert b"Signature" not in verified.signed


def test_a_signed_packet_reads_like_an_unsigned_one():
    packet = read(signed())

    assert packet == make_packet()
    assert packet.warnings == ()


def test_the_signature_stands_in_the_header_and_uses_sha_256():
    signature = etree.fromstring(signed()).find(f"{NS}edXMLEnvelope/{NS}edXMLHeader/{DS}Signature")

    algorithms = {element.get("Algorithm") for element in signature.iter() if element.get("Algorithm")}
    assert algorithms == {
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    }
    assert signature.find(f".//{DS}Reference").get("URI") == ""


def test_an_ec_key_with_an_authority_between():
    xml = sign(write(make_packet()), pki().ec_key, pki().chain)

    assert check(xml).certificate == pki().ec
    assert check(xml, pki().ec).certificate == pki().ec


def test_long_attachments_can_be_signed():
    packet = make_packet(attachments=(Attachment.of("1", "a.bin", "", bytes(9_000_000)),))

    verified = check(sign(write(packet), pki().ec_key, pki().chain))

    assert read(verified.signed) == packet


def test_trusted_certificates_may_be_pem_or_der():
    for encoding in (Encoding.PEM, Encoding.DER):
        assert verify(signed(), trusted=[pki().root.public_bytes(encoding)], at=AT)


@pytest.mark.parametrize("at", [AT - 2 * DAY, AT + 366 * DAY])
def test_a_certificate_must_be_in_force(at):
    assert outcome(signed(), at=at) is Outcome.NOT_IN_FORCE


def test_another_authority_is_not_trusted():
    other = ec.generate_private_key(ec.SECP256R1())

    assert outcome(signed(), certificate("CA gốc", other, "CA gốc", other, is_authority=True)) is Outcome.UNTRUSTED
    assert outcome(sign(write(make_packet()), pki().ec_key, pki().ec.public_bytes(Encoding.PEM))) is Outcome.UNTRUSTED


def test_a_signer_cannot_issue_certificates():
    key = ec.generate_private_key(ec.SECP256R1())
    forged = certificate("Sở C", key, "Sở A", pki().rsa_key)
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in (forged, pki().rsa))

    assert outcome(sign(write(make_packet()), key, pem)) is Outcome.UNTRUSTED


def test_an_authority_may_be_the_last_one():
    short = certificate("CA gốc", pki().root_key, "CA gốc", pki().root_key, is_authority=True, length=0)

    assert outcome(sign(write(make_packet()), pki().ec_key, pki().chain), short) is Outcome.UNTRUSTED
    assert check(signed(), short)


def test_a_certificate_for_other_uses_does_not_sign():
    key = ec.generate_private_key(ec.SECP256R1())
    other = certificate("Sở C", key, "CA gốc", pki().root_key, uses=usage(key_agreement=True))

    assert outcome(sign(write(make_packet()), key, other.public_bytes(Encoding.PEM))) is Outcome.UNTRUSTED


def test_an_unsigned_packet_is_told_apart():
    assert outcome(write(make_packet())) is Outcome.UNSIGNED


def weakly_signed() -> bytes:
    class Old(XMLSigner):
        def check_deprecated_methods(self):
            """Old senders still use SHA-1."""

    root = etree.fromstring(write(make_packet()))
    etree.SubElement(root.find(f"{NS}edXMLEnvelope/{NS}edXMLHeader"), f"{DS}Signature", Id="placeholder")
    signer = Old(signature_algorithm=SignatureMethod.RSA_SHA1, digest_algorithm=DigestAlgorithm.SHA1)
    return etree.tostring(signer.sign(root, key=pki().rsa_key, cert=[pki().rsa]))


def test_sha_1_is_weak_and_still_checked():
    with pytest.raises(BadSignature) as refused:
        check(weakly_signed())

    assert refused.value.outcome is Outcome.WEAK
    assert read(refused.value.verified.signed) == make_packet()
    assert outcome(weakly_signed().replace(b"292", b"293")) is Outcome.BROKEN


def test_a_short_key_is_weak():
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505
    short = certificate("Sở C", key, "CA gốc", pki().root_key)

    assert outcome(sign(write(make_packet()), key, short.public_bytes(Encoding.PEM))) is Outcome.WEAK


def test_every_changed_byte_of_the_letter_is_noticed():
    assert outcome(signed().replace(b"chuy", b"Chuy", 1)) is Outcome.BROKEN
    assert (
        outcome(signed().replace(b'version="1.0"><edXML:TraceHeader>', b'version="1.1"><edXML:TraceHeader>'))
        is Outcome.BROKEN
    )


@pytest.mark.parametrize("value", [None, "", " ", "AAAA", "đ", "A" * 344])
def test_a_signature_value_that_is_none(value):
    def change(_root, signature):
        signature.find(f"{DS}SignatureValue").text = value

    assert outcome(changed(change)) is Outcome.BROKEN


@pytest.mark.parametrize("text", [None, "", "AAAA", "đ", base64.b64encode(b"0" * 500).decode()])
def test_a_certificate_that_is_none(text):
    def change(_root, signature):
        signature.find(f".//{DS}X509Certificate").text = text

    assert outcome(changed(change)) is Outcome.BROKEN


@pytest.mark.parametrize(
    "name", ["SignedInfo", "SignatureValue", "KeyInfo", "Reference", "DigestValue", "SignatureMethod", "Transforms"]
)
def test_a_signature_with_a_part_missing(name):
    def change(_root, signature):
        part = signature.find(f".//{DS}{name}")
        part.getparent().remove(part)

    assert outcome(changed(change)) in (Outcome.BROKEN, Outcome.FORBIDDEN)


# --- forms that invite attacks -------------------------------------------------------------------------------------


def _evil(header: etree._Element) -> etree._Element:
    copy = etree.fromstring(etree.tostring(header))
    copy.find(f".//{NS}Subject").text = "giả mạo"
    for signature in copy.iter(f"{DS}Signature"):
        signature.getparent().remove(signature)
    return copy


def _point_at(signature, uri="#a"):
    signature.find(f".//{DS}Reference").set("URI", uri)


def wrap_1(root, signature):
    """The true packet hangs below the signature, an evil one around it."""
    true = etree.fromstring(etree.tostring(root))
    true.set("Id", "a")
    _point_at(signature)
    etree.SubElement(signature, f"{DS}Object").append(true)
    root.find(f".//{NS}Subject").text = "giả mạo"


def wrap_2(root, signature):
    """Detached: signature, then the true packet beside it."""
    wrap_1(root, signature)
    signature.getparent().append(signature.find(f"{DS}Object")[0])


def wrap_3(root, signature):
    """An evil header in front of the true one, which keeps the signature."""
    header = signature.getparent()
    header.set("Id", "a")
    _point_at(signature)
    header.addprevious(_evil(header))


def wrap_4(root, signature):
    """The true header inside an evil one."""
    header = signature.getparent()
    evil = _evil(header)
    header.addprevious(evil)
    header.set("Id", "a")
    _point_at(signature)
    evil.append(header)


def wrap_5(root, signature):
    """The signature moves to an evil packet, the true one hangs at the end."""
    true = etree.fromstring(etree.tostring(root))
    root.find(f".//{NS}Subject").text = "giả mạo"
    root.append(true)


def wrap_6(root, signature):
    """As before, the true packet inside the signature."""
    wrap_5(root, signature)
    signature.append(root[-1])


def wrap_7(root, signature):
    """The true packet in an extension in front."""
    wrap_5(root, signature)
    extension = etree.Element("Extensions")
    extension.append(root[-1])
    root.insert(0, extension)


def wrap_8(root, signature):
    """The true packet in an Object of the signature, without its signature."""
    wrap_1(root, signature)
    inner = signature.find(f"{DS}Object")[0].find(f".//{DS}Signature")
    inner.getparent().remove(inner)


def two_references(_root, signature):
    reference = signature.find(f".//{DS}Reference")
    reference.addnext(etree.fromstring(etree.tostring(reference)))


def no_uri(_root, signature):
    del signature.find(f".//{DS}Reference").attrib["URI"]


def pointer(_root, signature):
    _point_at(signature, "#xpointer(/)")


def fetch(_root, signature):
    _point_at(signature, "http://127.0.0.1/x")


def filtered(_root, signature):
    transform = etree.SubElement(signature.find(f".//{DS}Transforms"), f"{DS}Transform")
    transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")


def twins(root, _signature):
    for element in root.iter(f"{NS}To"):
        element.set("Id", "a")


def comment(root, _signature):
    subject = root.find(f".//{NS}Subject")
    subject.text, tail = "Kế hoạch", " khác"
    note = etree.Comment("x")
    note.tail = tail
    subject.append(note)


def comment_outside(root, _signature):
    root.addprevious(etree.Comment("x"))


def instruction(root, _signature):
    root.append(etree.ProcessingInstruction("x"))


def elsewhere(root, signature):
    root.append(signature)


def two_signatures(_root, signature):
    signature.addnext(etree.fromstring(etree.tostring(signature)))


ATTACKS = [
    wrap_1, wrap_2, wrap_3, wrap_4, wrap_5, wrap_6, wrap_7, wrap_8, two_references, no_uri, pointer, fetch, filtered, twins,
    comment, comment_outside, instruction, elsewhere, two_signatures,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_form_that_invites_attacks_is_refused(attack):
    root = etree.fromstring(signed())
    attack(root, root.find(f".//{DS}Signature"))

    assert outcome(etree.tostring(root.getroottree())) is Outcome.FORBIDDEN


def test_an_evil_packet_around_the_signature_alone_is_broken():
    def change(root, _signature):
        root.find(f".//{NS}Subject").text = "giả mạo"

    assert outcome(changed(change)) is Outcome.BROKEN


def test_a_doctype_is_refused_before_anything_else():
    with pytest.raises(Unreadable):
        check(signed().replace(b"<edXML ", b"<!DOCTYPE edXML><edXML ", 1))


def test_limits_hold_for_signed_packets():
    with pytest.raises(Unreadable):
        verify(signed(), trusted=[pki().root], at=AT, limits=Limits(packet=1000))


def test_random_damage_never_gets_through():
    import random

    from tests.edxml.fuzz import damaged

    chance = random.Random(7)
    for _ in range(300):
        try:
            verified = check(damaged(signed(), chance))
        except (BadSignature, Unreadable):
            continue
        assert read(verified.signed) == make_packet()


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_damaged_certificates_never_get_through():
    import random

    chance = random.Random(8)
    xml = sign(write(make_packet()), pki().ec_key, pki().chain)
    for _ in range(400):
        root = etree.fromstring(xml)
        part = chance.choice(root.findall(f".//{DS}X509Certificate"))
        der = bytearray(base64.b64decode(part.text))
        der[chance.randrange(len(der))] = chance.randrange(256)
        part.text = base64.b64encode(der).decode()
        try:
            verified = check(etree.tostring(root))
        except BadSignature:
            continue
        assert verified.certificate == pki().ec


@pytest.mark.parametrize(
    "make",
    [
        signed,
        lambda: b"<a/>",
        lambda: b"",
        lambda: write(make_packet()).replace(b"<edXML ", b"<!DOCTYPE edXML><edXML ", 1),
    ],
)
def test_only_an_unsigned_packet_is_signed(make):
    with pytest.raises(CannotSign):
        sign(make(), pki().rsa_key, pki().rsa.public_bytes(Encoding.PEM))


def test_key_and_certificate_belong_together():
    with pytest.raises(CannotSign):
        sign(write(make_packet()), pki().ec_key, pki().rsa.public_bytes(Encoding.PEM))
