"""Keys on a token, which SoftHSM plays here."""

import os
import subprocess
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11 import Attribute, CertificateType, ObjectClass

from tests.signing.conftest import AT, LEADER, program
from tinhso.signing import authority
from tinhso.signing.policy import Policy
from tinhso.signing.port import Signer
from tinhso.signing.token import Token, TokenUnavailable
from tinhso.signing.trust import TrustList
from tinhso.signing.verify import Verdict, verify

LABEL, PIN = "mau", "2222"
MODULES = [Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")]


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """The library, with one token on which an RSA key and one on a curve are."""
    tool = program("softhsm2-util")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    found = next(path for path in MODULES if path.exists())
    command = [tool, "--init-token", "--free", "--label", LABEL, "--so-pin", "1111", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    for number, (label, key) in enumerate(
        {"rsa": authority.new_key(), "curve": ec.generate_private_key(ec.SECP256R1())}.items()
    ):
        _put(found, tool, folder, label, key, f"0{number}")
    yield found, authority.authority_of(folder)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def _put(library, tool, folder, label, key, number):
    authority.made_authority(folder, AT)
    certificate = authority.issue(folder, key=key, subject=authority.subject_name(f"Người {label}", "Sở"), at=AT)
    path = folder / f"{label}.pem"
    path.write_bytes(authority.pem(key))
    command = [tool, "--import", path, "--token", LABEL, "--label", label, "--id", number, "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    with pkcs11.lib(str(library)).get_token(token_label=LABEL).open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: label,
                Attribute.SUBJECT: certificate.subject.public_bytes(),
                Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
            }
        )


@pytest.fixture
def token(module):
    made = Token(module[0], LABEL, "rsa", lambda: PIN, (module[1],))
    yield made
    made.close()


@pytest.mark.parametrize("label", ["rsa", "curve"])
def test_a_token_signs(module, steps, label):
    signer: Signer = Token(module[0], LABEL, label, lambda: PIN, (module[1],))
    policy = Policy(TrustList.of([module[1]]), require_revocation=False)

    found = verify(signer.sign(steps.prepared, at=AT, place=LEADER), policy=policy, at=AT)

    assert (found.verdict, found.signatures[0].signer) == (Verdict.PASSED, f"Người {label}")
    assert signer.identity.has_legal_value is True


def test_the_session_stays_open_and_the_pin_is_asked_once(module, plain):
    asked = []
    signer = Token(module[0], LABEL, "rsa", lambda: asked.append(1) or PIN, (module[1],))
    signer.close()

    for _again in range(3):
        signer.sign(plain, at=AT)

    assert asked == [1]
    signer.close()


def test_a_session_that_broke_off_is_opened_again(token, plain):
    token.sign(plain, at=AT)
    token._shared._open.close()

    assert token.sign(plain, at=AT).startswith(plain)


@pytest.mark.parametrize(("label", "key", "pin"), [("khac", "rsa", PIN), (LABEL, "khac", PIN), (LABEL, "rsa", "9999")])
def test_a_token_that_cannot_be_used_is_told(module, plain, label, key, pin):
    signer = Token(module[0], label, key, lambda: pin)
    signer.close()

    with pytest.raises(TokenUnavailable):
        signer.sign(plain, at=AT)
    signer.close()


def test_a_missing_library_is_told(tmp_path, plain):
    with pytest.raises(TokenUnavailable):
        Token(tmp_path / "none.so", LABEL, "rsa", lambda: PIN).sign(plain, at=AT)


def test_the_pin_is_not_shown(token):
    assert PIN not in repr(token)
