"""Time stamps: an authority that answers, is down, lies or talks too much; and files raised with them."""

import hashlib
import io
import secrets

import pytest
import requests
from pyhanko.pdf_utils.reader import PdfFileReader
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from tests.signing.conftest import AGENCY, AT, DAY, HOUR, LEADER, NAME, ORGANIZATION
from tests.signing.test_attacks import another_text, changed, flipped
from tinhso.signing import cms, fields, levels, soft_key, timestamps
from tinhso.signing.opening import Words, opening
from tinhso.signing.policy import Policy
from tinhso.signing.port import Place
from tinhso.signing.soft_key import SoftKey
from tinhso.signing.stand_in import TimestampAuthority
from tinhso.signing.timestamps import TimestampClient, TimestampFailed
from tinhso.signing.trust import Material, TrustList
from tinhso.signing.verify import Verdict, verify

URL = "http://tsa.example/"
DIGEST = hashlib.sha256(b"a paper").digest()


class Line(BaseAdapter):
    """Instead of a network: what is asked is answered by a function."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def send(self, request, **options):
        self.options = options
        status, content = self.answer(request.body)
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.raw = HTTPResponse(io.BytesIO(content), preload_content=False, status=status)
        return response

    def close(self):
        pass


def client(answer, **options):
    session = requests.Session()
    session.mount("http://", Line(answer))
    return TimestampClient(URL, session=session, **options)


def test_an_authority_stamps_over_http(stamper, key):
    asked = client(lambda body: (200, stamper.answer(body, AT)))

    token = asked.stamp(DIGEST)

    assert timestamps.check(token, DIGEST, [key.authority]) == AT
    assert asked.session.adapters["http://"].options["timeout"] == timestamps.TIMEOUTS


def _down(_body):
    raise requests.ConnectionError


def _slow(_body):
    raise requests.ReadTimeout


@pytest.mark.parametrize(
    "answer",
    [
        _down,
        _slow,
        lambda _body: (500, b""),
        lambda _body: (404, b"<html>"),
        lambda _body: (200, b""),
        lambda _body: (200, b"<html>xin</html>"),
        lambda _body: (200, b"\x30\x03\x02\x01\x02"),
        lambda _body: (200, bytes(timestamps.MOST_BYTES + 1)),
    ],
)
def test_an_authority_that_fails_is_told_in_one_way(answer):
    with pytest.raises(TimestampFailed):
        client(answer).stamp(DIGEST)


def test_an_answer_to_another_request_is_refused(stamper):
    def about_another(_body):
        return 200, stamper.answer(timestamps.request(hashlib.sha256(b"x").digest(), 1), AT)

    def replayed(_body):
        return 200, stamper.answer(timestamps.request(DIGEST, 1), AT)

    for answer in (about_another, replayed):
        with pytest.raises(TimestampFailed, match="another request"):
            client(answer).stamp(DIGEST)


def test_a_refusal_is_told(stamper):
    with pytest.raises(TimestampFailed, match="refuses"):
        client(lambda _body: (200, stamper.answer(b"nothing", AT))).stamp(DIGEST)


def test_a_token_counts_for_its_digest_its_authority_and_unchanged(stamper, stranger, key):
    token = stamper.at(AT).stamp(DIGEST)

    with pytest.raises(TimestampFailed, match="something else"):
        timestamps.check(token, secrets.token_bytes(32), [key.authority])
    with pytest.raises(TimestampFailed, match="not trusted"):
        timestamps.check(token, DIGEST, [stranger.authority])
    with pytest.raises(TimestampFailed):
        timestamps.check(flipped(token, len(token) - 5, 1), DIGEST, [key.authority])
    with pytest.raises(TimestampFailed, match="cannot be read"):
        timestamps.check(b"no token", DIGEST, [key.authority])


def test_a_signers_certificate_makes_no_time_stamps(key):
    pretending = TimestampAuthority(key.key, key.certificate, (key.authority_certificate,))

    with pytest.raises(TimestampFailed, match="none of a time-stamp authority"):
        timestamps.check(pretending.at(AT).stamp(DIGEST), DIGEST, [key.authority])


# ---- files raised ---------------------------------------------------------------------------------------------------


def test_a_stamped_file_proves_its_moment(steps, stamper, policy, crls):
    raised = levels.to_t(steps.issued, stamper.at(AT + 2 * HOUR))

    found = verify(raised, policy=policy, at=AT + 3 * HOUR, material=crls)

    assert raised.startswith(steps.issued)
    assert found.verdict is Verdict.PASSED
    assert [one.proved_at for one in found.signatures] == [AT + 2 * HOUR] * 3
    assert len(found.evidence.tokens) == 1


def test_a_file_stays_usable_when_no_authority_answers(steps, policy, crls):
    with pytest.raises(TimestampFailed):
        levels.to_t(steps.issued, client(_down))

    assert verify(steps.issued, policy=policy, at=AT + HOUR, material=crls).verdict is Verdict.PASSED


def test_it_is_raised_a_day_later(steps, stamper, policy, desk):
    raised = levels.to_t(steps.issued, stamper.at(AT + DAY))
    material = Material(crls=(soft_key.crl_of(desk.folder, AT + DAY),))

    found = verify(raised, policy=policy, at=AT + DAY, material=material)

    assert (found.verdict, found.signatures[0].proved_at) == (Verdict.PASSED, AT + DAY)


def test_proofs_in_the_file_are_enough(steps, stamper, policy, crls, desk):
    stamped = levels.to_t(steps.issued, stamper.at(AT + HOUR))
    proofs = Material(crls=(soft_key.crl_of(desk.folder, AT + 2 * HOUR),))

    long_term = levels.to_lt(stamped, proofs)
    archived = levels.to_lta(stamped, proofs, stamper.at(AT + 3 * HOUR))

    assert verify(long_term, policy=policy, at=AT + 4 * HOUR).verdict is Verdict.PASSED
    found = verify(archived, policy=policy, at=AT + 4 * HOUR)
    assert found.verdict is Verdict.PASSED
    assert [one.proved_at for one in found.signatures] == [AT + HOUR] * 3 + [AT + 3 * HOUR]


def test_proofs_are_added_once(steps, crls):
    once = levels.to_lt(steps.issued, crls)
    twice = levels.to_lt(once, crls)

    assert levels.material_in(PdfFileReader(io.BytesIO(twice)).root) == crls


def test_an_archived_file_outlives_the_signers_certificate(tmp_path, plain):
    signer = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    stamper = TimestampAuthority.create(tmp_path, AT)
    end = signer.identity.not_after
    later = TimestampAuthority.create(tmp_path, end - DAY)
    stamped = levels.to_t(signer.sign(plain, at=AT), stamper.at(AT))
    archived = levels.to_lta(stamped, Material(crls=(soft_key.crl_of(tmp_path, end - DAY),)), later.at(end - DAY))
    trust = TrustList.of([signer.authority])
    now = end + 30 * DAY
    fresh = Material(crls=(soft_key.crl_of(tmp_path, now),))
    found = verify(archived, policy=Policy(trust), at=now, material=fresh)

    assert (found.verdict, found.codes) == (Verdict.PASSED, ())
    assert found.signatures[0].proved_at == AT


def test_a_stamp_saves_from_a_later_revocation_and_not_from_an_earlier_one(tmp_path, plain):
    signer = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    stamper = TimestampAuthority.create(tmp_path, AT)
    signed = signer.sign(plain, at=AT)
    soft_key.revoke(tmp_path, signer.certificate_der, AT + 2 * HOUR)
    material = Material(crls=(soft_key.crl_of(tmp_path, AT + DAY),))
    policy = Policy(TrustList.of([signer.authority]))

    before, after = (levels.to_t(signed, stamper.at(moment)) for moment in (AT + HOUR, AT + 3 * HOUR))

    assert verify(before, policy=policy, at=AT + DAY, material=material).codes == ()
    assert verify(after, policy=policy, at=AT + DAY, material=material).codes == ("revoked",)


def test_a_stamp_of_a_stranger_proves_nothing(steps, tmp_path, lenient, key):
    foreign = TimestampAuthority.create(tmp_path, AT)
    raised = levels.to_t(steps.issued, foreign.at(AT + HOUR))

    found = verify(raised, policy=lenient, at=AT + HOUR)
    assert found.verdict is Verdict.PASSED
    assert found.signatures[0].proved_at is None
    assert found.signatures[-1].verdict is Verdict.UNDETERMINED

    late = verify(raised, policy=lenient, at=key.identity.not_after + DAY)
    assert (late.verdict, set(late.codes)) == (Verdict.UNDETERMINED, {"timestamp"})


def test_a_stamp_does_not_heal_a_changed_file(steps, stamper, lenient):
    raised = levels.to_t(changed(steps.issued, another_text), stamper.at(AT + HOUR))

    assert verify(raised, policy=lenient, at=AT + HOUR).codes == ("changed", "changed")


def test_a_stamp_over_another_file_shows(steps, lenient, stamper):
    class Other:
        def stamp(self, _digest):
            return stamper.at(AT).stamp(DIGEST)

    raised = levels.to_t(steps.issued, Other())

    assert verify(raised, policy=lenient, at=AT + HOUR).codes == ("forged",)


def test_a_stamp_from_the_future_proves_nothing(steps, lenient, stamper):
    raised = levels.to_t(steps.issued, stamper.at(AT + DAY))

    found = verify(raised, policy=lenient, at=AT + HOUR)

    assert found.signatures[0].proved_at is None


def test_bytes_behind_the_proofs_show(steps, stamper, policy, crls):
    long_term = levels.to_lt(levels.to_t(steps.issued, stamper.at(AT + HOUR)), crls)

    for tail in (b"\n", b"%x", b"5 0 obj\n<< >>\nendobj\n"):
        assert verify(long_term + tail, policy=policy, at=AT + HOUR).verdict is Verdict.FAILED
    hidden = long_term.replace(b"endobj\nstartxref", b"endobj\n%hid\nstartxref")
    assert verify(hidden, policy=policy, at=AT + HOUR).verdict is not Verdict.PASSED or hidden == long_term


def test_a_moment_inside_the_signature_counts_as_well(key, plain, stamper, lenient):
    """Time stamps as other programs put them (an unsigned attribute)."""
    template = cms.template(key.certificate_der, key.chain_ders)
    made = opening(plain, words=Words("", "", "", AT), place=Place(), room=12000)
    value = soft_key.signed_raw(key.key, template.attributes(made.digest))
    stamp = stamper.at(AT + HOUR).stamp(hashlib.sha256(value).digest())
    attribute = cms.tlv(cms.SEQUENCE, bytes.fromhex("060b2a864886f70d010910020e"), cms.tlv(cms.SET, stamp))
    signer = (template._issuer, b"\xa0", template.attributes(made.digest)[1:], template._algorithm)
    info = cms.tlv(cms.SEQUENCE, *signer, cms.tlv(cms.OCTETS, value), cms.tlv(cms.CONTEXT_1, attribute))
    data = cms.tlv(cms.SEQUENCE, template._head, cms.tlv(cms.SET, info))
    whole = cms.tlv(cms.SEQUENCE, cms.SIGNED_DATA, cms.tlv(cms.CONTEXT_0, data))

    found = verify(made.filled(whole), policy=lenient, at=AT + DAY)

    assert (found.verdict, found.signatures[0].proved_at) == (Verdict.PASSED, AT + HOUR)


def test_the_order_of_signing_and_stamping_is_free(steps, agency, stamper, lenient, key):
    early = levels.to_t(key.sign(steps.prepared, at=AT, place=LEADER), stamper.at(AT + HOUR / 2))
    issued = agency.sign(
        fields.fill(early, {fields.NUMBER: "1", fields.DATE: "15/01/2024"}), at=AT + HOUR, place=AGENCY
    )
    found = verify(levels.to_t(issued, stamper.at(AT + 2 * HOUR)), policy=lenient, at=AT + DAY)

    assert found.verdict is Verdict.PASSED
    assert [one.proved_at for one in found.signatures] == [AT + HOUR / 2, AT + HOUR / 2, AT + 2 * HOUR, AT + 2 * HOUR]
