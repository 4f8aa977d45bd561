"""Many at once, in processes of their own: numbers without twins and gaps, one dossier per key, one winner per step."""

import json

import pytest

from tests.core.conftest import elsewhere

_ = elsewhere
PROCESSES, EACH = 8, 12
BEGIN = """
    import json, sys
    from django.db import transaction
    from tests.public_services import factories as make
    from tinhso.accounts.api import Role, User
    from tinhso.core.errors import RuleViolation
    from tinhso.public_services.dossiers.choices import Action, Channel
    from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Draft
    from tinhso.public_services.dossiers.services import apply as applying, filing
    from tinhso.public_services.dossiers.services.changes import Actor
"""
LOOK = (
    BEGIN
    + """
    print(json.dumps({
        "numbers": sorted(Dossier.objects.values_list("number", flat=True)),
        "events": DossierEvent.objects.count(),
        "states": sorted(Dossier.objects.values_list("state", flat=True)),
        "revisions": sorted(Dossier.objects.values_list("revision", flat=True)),
    }))
"""
)


@pytest.fixture
def others(transactional_db, catalog, elsewhere):
    """Processes on a database that holds the published procedures."""
    return elsewhere


def state(others):
    return json.loads(others.run(LOOK))


def test_numbers_have_neither_twins_nor_gaps(others):
    programs = [
        f"""
    for _one in range({EACH}):
        print(make.filed(make.citizen("0140990{worker:05d}")).number)
    """
        for worker in range(PROCESSES)
    ]

    said = others.together(BEGIN, *programs)

    found = state(others)["numbers"]
    assert sorted(said) == found
    assert [int(number.rpartition("-")[2]) for number in found] == list(range(1, PROCESSES * EACH + 1))


def test_the_same_draft_filed_by_all_at_once_is_one_dossier(others):
    draft = others.run(BEGIN + "\n    print(make.draft(make.citizen()).pk)")
    program = f"""
    person = make.citizen()
    actor = Actor(person.username, filing.relations_of_filer(Channel.ONLINE), person)
    for _time in range(5):
        filed = filing.submit(draft_id={draft}, agency=make.commune(), parties=[make.owner(person)], actor=actor,
                              key="one", at=make.AT)
        print(filed.dossier.number)
    """

    said = others.together(BEGIN, *[program] * PROCESSES)

    found = state(others)
    assert len(found["numbers"]) == found["events"] == 1
    assert set(said) == set(found["numbers"])


def test_of_officers_who_act_at_once_one_wins_and_the_others_are_told(others):
    others.run(BEGIN + "\n    make.filed(key='d')")
    program = """
    officer = make.official(Role.ONE_STOP_OFFICER, name="canbo.so{worker}")
    dossier = Dossier.objects.get()
    try:
        applying.apply(dossier_id=dossier.pk, action="refuse", actor=make.as_actor(officer, dossier), key="k",
                       at=make.AT, request={{"reason": "r", "basis": "b"}}, expected=1)
        print("won")
    except RuleViolation:
        print("told")
    """

    said = others.together(BEGIN, *[program.format(worker=worker) for worker in range(PROCESSES)])

    found = state(others)
    assert sorted(said) == ["told"] * (PROCESSES - 1) + ["won"]
    assert (found["states"], found["events"], found["revisions"]) == (["refused"], 2, [2])


def test_of_a_limit_no_two_at_once_count_as_one(others):
    program = f"""
    from tinhso.public_services.dossiers.services import limits
    for _one in range({EACH}):
        try:
            limits.count(what="submit", user_id=1, most=50, at=make.AT)
            print("may")
        except limits.TooOften:
            print("wait")
    """

    said = others.together(BEGIN, *[program] * PROCESSES)

    assert (said.count("may"), said.count("wait")) == (50, PROCESSES * EACH - 50)
