"""Every dossier is what its events say; whoever changes either behind the back is found."""

from pathlib import Path

import pytest
from django.db import connection

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import append_only
from tinhso.public_services.dossiers.choices import Action, State
from tinhso.public_services.dossiers.models import APPEND_ONLY, Dossier, DossierEvent
from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.publishing.rules.graph import graph
from tinhso.public_services.publishing.selectors.history import Broken, check_dossiers

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def dossier(catalog):
    dossier = make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))
    dossier.charges.update(settled_at=make.AT)
    make.do(dossier, Action.PAYMENT_SETTLED, None)
    make.filed(make.citizen("014099000002"))
    return dossier


def behind_the_back(**changes):
    """Change an event as only somebody with the database's own rights can."""
    append_only.remove(connection, APPEND_ONLY)
    DossierEvent.objects.filter(kind="accept").update(**changes)
    append_only.install(connection, APPEND_ONLY)


def test_dossiers_are_what_their_events_say(dossier):
    assert list(check_dossiers()) == [None, None]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"state": State.RESOLVED}, "state"),
        ({"due_at": make.later(days=9)}, "due_at"),
        ({"accepted_at": make.later(hours=2)}, "accepted_at"),
        ({"resolved_at": make.later(hours=2)}, "resolved_at"),
        ({"is_extended": True}, "is_extended"),
        ({"outcome": "approved"}, "outcome"),
        ({"revision": 3}, "revision"),
        ({"last_digest": "0" * 64}, "revision"),
    ],
)
def test_a_changed_projection_is_found(dossier, changes, what):
    Dossier.objects.filter(pk=dossier.pk).update(**changes)

    assert list(check_dossiers()) == [Broken(dossier.number, what), None]


@pytest.mark.parametrize("changes", [{"actor": "ai đó"}, {"payload": {}}, {"to_state": "resolved"}, {"seq": 9}])
def test_a_changed_event_is_found(dossier, changes):
    behind_the_back(**changes)

    (found, _other) = check_dossiers()

    assert found.what == "chain"


def test_the_picture_in_the_documentation_is_that_of_the_machine():
    text = (DOCS / "dossier-states.md").read_text(encoding="utf-8")

    assert f"```mermaid\n{graph('mermaid')}```\n" in text


@pytest.mark.parametrize("language", ["mermaid", "dot"])
def test_the_picture_names_every_state_and_action(language):
    text = graph(language)

    assert all(state in text for state in State.values)
    assert all(row.action in text for row in machine.ROWS)
