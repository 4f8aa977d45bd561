"""Forecasts and signals of targets: coherent, kept, and told on the page."""

import datetime as dt
import math

import numpy as np
import pytest

from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.plans.selectors import outlook as selectors

DAY = dt.date(2023, 5, 31)
ADDITIVE = "gov.documents_signed"


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test has a home of its own, the process one memory."""
    selectors._memory.clear()


def text(answer):
    return answer.content.decode().replace("\xa0", " ")


def asked():
    return plans.question(number=None, period=None, as_of=None)


def target(indicator):
    return next(one for one in asked().plan.targets if one.indicator == indicator)


def unit(code):
    return organizations.resolve(code, DAY).org_unit_id


def test_every_target_with_months_has_a_forecast_inside_its_interval(computed):
    for one in asked().plan.targets:
        found = plans.outlook(asked(), one, unit("14"))
        if found is None or math.isnan(found.value):
            continue
        assert 0 <= found.low <= found.value <= found.high <= 1, one.indicator
        assert 0 <= found.chance <= 1
        assert found.words


def test_own_records_of_units_add_up_to_the_whole(computed):
    found = plans.monthly(asked(), target(ADDITIVE))
    history, tree = selectors._leaves(found, asked())

    top = found.units.index(unit("14"))
    below = tree.leaves[tree.nodes == top]

    assert np.allclose(np.nansum(history.numerators[below], axis=0), found.numerators[top])
    assert np.allclose(np.nansum(history.denominators[below], axis=0), found.denominators[top])


def test_a_forecast_is_kept_and_read_again_as_it_was(computed, monkeypatch):
    first = plans.outlook(asked(), target(ADDITIVE), unit("14"))
    selectors._memory.clear()
    monkeypatch.setattr(selectors, "_made", None)  # whoever makes another one fails

    assert plans.outlook(asked(), target(ADDITIVE), unit("14")) == first


def test_a_damaged_file_is_made_again(computed):
    first = plans.outlook(asked(), target(ADDITIVE), unit("14"))
    selectors._memory.clear()
    for path in selectors.folder().glob("*.npz"):
        path.write_bytes(b"half a fi")

    assert plans.outlook(asked(), target(ADDITIVE), unit("14")) == first


def test_yearly_figures_have_no_forecast(computed):
    assert plans.outlook(asked(), target("econ.digital_value_added"), unit("14")) is None


def test_the_page_tells_forecast_and_signals_in_sentences(owner):
    page = text(owner.get(f"/targets/{ADDITIVE}/"))

    assert "Dự báo cuối năm" in page
    assert "Tín hiệu theo tháng" in page
    assert "cuối năm đạt" in page or "Chưa đủ số liệu để dự báo" in page


@pytest.mark.parametrize("query", ["?period=2023-05", "?view=as-is"])
def test_other_periods_and_trees_show_no_forecast_of_the_year(owner, query):
    assert "Dự báo cuối năm" not in text(owner.get(f"/targets/{ADDITIVE}/{query}"))
