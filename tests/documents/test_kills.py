"""kill -9 between sending and noting that it was sent, and between receiving and answering: nothing is lost or doubled."""

import json

from tests.core.conftest import elsewhere
from tests.documents import kills

_ = elsewhere
MESSAGES, CHANCE, FEWEST_KILLS = 1000, 0.02, 40
RUN = f"""
    import json
    from tests.documents import kills
    print(json.dumps(kills.run({CHANCE}, seed=20240115)))
"""
LOOK = """
    import json
    from collections import Counter
    from tinhso.documents.models import Delivery, Document, DocumentEvent, Inbound, Packet, Receipt
    while audit.seal(everything=True):
        pass
    copies = Document.objects.filter(direction="in")
    print(json.dumps({
        "copies": copies.count(),
        "codes": copies.values("code").distinct().count(),
        "inbound": Inbound.objects.count(),
        "sizes": Inbound.objects.filter(content=None).count(),
        "arrivals": DocumentEvent.objects.filter(step="arrive").count(),
        "standings": dict(Counter(Delivery.objects.values_list("standing", flat=True))),
        "receipts": Receipt.objects.count(),
        "signed": Receipt.objects.filter(is_signed=True, code="01").count(),
        "same": sum(one == other for one, other in zip(
            Packet.objects.order_by("sha256").values_list("sha256", flat=True),
            Inbound.objects.order_by("sha256").values_list("sha256", flat=True))),
        "broken": audit.check() is not None,
        "audited": audit.head().number >= 2 * copies.count(),
    }))
"""


def test_killed_senders_and_receivers_lose_and_double_nothing(province, transactional_db, home, request):
    kills.prepare(MESSAGES)
    others = request.getfixturevalue("elsewhere")

    process = others.start(RUN)
    said, _errors = process.communicate(timeout=240)
    assert process.returncode == 0, said

    found = json.loads(others.run(LOOK))
    assert sum(json.loads(said).values()) >= FEWEST_KILLS
    assert min(json.loads(said).values()) > 0
    assert found == {
        "copies": MESSAGES,
        "codes": MESSAGES,
        "inbound": MESSAGES,
        "sizes": 0,
        "arrivals": MESSAGES,
        "standings": {"arrived": MESSAGES},
        "receipts": MESSAGES,
        "signed": MESSAGES,
        "same": MESSAGES,
        "broken": False,
        "audited": True,
    }
