"""The members behind a ratio of distinct counts that are still missing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest
from tinhso.datasets import api as datasets
from tinhso.engine import duck
from tinhso.engine.periods import Period
from tinhso.indicators.models import StateSet
from tinhso.indicators.rules import AS_WAS
from tinhso.indicators.selectors import loaded, states
from tinhso.indicators.selectors.definitions import definition
from tinhso.indicators.selectors.territory import parse_view

if TYPE_CHECKING:
    from tinhso.engine.catalog import Catalog, Indicator


@dataclass(frozen=True, slots=True)
class MissingMember:
    """One of those that are in the denominator and not in the numerator (đối tượng còn thiếu).

    Attributes:
        code: as the records have it.
        label: what it is called on the period's last day; empty where only its code is known.
    """

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class MissingMembers:
    """All of them at one unit and period.

    Attributes:
        name: what a member is called ("Thủ tục hành chính").
        personal: whether codes are personal data, to be masked on screen.
        members: in order of code.
    """

    name: str
    personal: bool
    members: list[MissingMember]


def has_members(indicator: str, release: int | None = None) -> bool:
    """Whether an indicator's latest version is a ratio of distinct counts, whose missing members can be named.

    Raises:
        UnknownName: no such indicator or release.
    """
    from tinhso.engine import members as engine

    return engine.missing_set(definition(indicator, release=release).indicator) is not None


def missing_members(
    *, indicator: str, unit_id: int, period: Period, view: str = AS_WAS, release: int | None = None
) -> MissingMembers:
    """Who or what is missing for a ratio of distinct counts to be whole, from the kept sets.

    Args:
        indicator: id.
        unit_id: unit (identity) of the view's tree.
        period: one that the figures in force have.
        view: view of territory.
        release: number of a release; None for the figures in force.

    Raises:
        UnknownName: no such indicator, view or release.
        ImpossibleRequest: the indicator is no ratio of distinct counts, or there are no figures of the period.
    """
    from tinhso.engine import members as engine

    found = definition(indicator, period.ends_on, release).indicator
    wanted = engine.missing_set(found)
    if wanted is None:
        raise ImpossibleRequest(
            _("Chỉ tiêu %(indicator)s không phải tỷ lệ của hai phép đếm phân biệt nên không có danh sách còn thiếu.")
            % {"indicator": indicator}
        )
    shown = states.shown(release)
    if shown is None or f"last {period.code}" not in shown.manifest.get("taken", {}):
        raise ImpossibleRequest(_("Chưa có số liệu cho kỳ này."))
    view, catalog = parse_view(view), states.catalog_shown(release)
    read = {measure.dataset.name for measure in found.measures.values()}
    with duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS) as connection:
        views = [] if view == AS_WAS else [view]
        dictionaries = loaded.load(connection, shown, catalog, views=views, datasets=read)
        connection.execute(
            "CREATE TEMP TABLE engine_dirty AS SELECT ?::INTEGER AS view, ?::INTEGER AS unit, ? AS period",
            [len(views), unit_id, period.code],
        )
        codes = [str(code) for code in engine.listed(connection, catalog, found, wanted, dictionaries)]
        labels = _labels(connection, shown, catalog, engine.entity_of(found, wanted), period)
    members = [MissingMember(code, labels.get(code, "")) for code in codes]
    return MissingMembers(_name(catalog, engine.entity_of(found, wanted)), _is_personal(found), members)


def _labels(
    connection: duckdb.DuckDBPyConnection, shown: StateSet, catalog: "Catalog", entity: str, period: Period
) -> dict[str, str]:
    """What members are called on the period's last day."""
    described = catalog.entities.get(entity)
    if described is None or described.label is None:
        return {}
    dataset, _dot, column = described.label.partition(".")
    schema = datasets.contract(dataset).as_schema
    datasets.attach(connection, [dataset], {dataset: shown.manifest["batches"].get(dataset, [])})
    rows = connection.execute(
        f"""SELECT {schema.entity_key[0]}, arg_max({column}, {schema.time}) FROM {dataset}
            WHERE {schema.time} <= ? GROUP BY 1""",
        [min(period.ends_on, shown.as_of)],
    ).fetchall()
    return dict(rows)


def _name(catalog: "Catalog", entity: str) -> str:
    described = catalog.entities.get(entity)
    if described is None or described.name is None:
        return _("Mã")
    return described.name.en if (get_language() or "").startswith("en") else described.name.vi


def _is_personal(indicator: "Indicator") -> bool:
    """Whether any of the columns that name members holds personal data."""
    return any(
        datasets.contract(measure.dataset.name).columns[measure.of].personal
        for measure in indicator.measures.values()
        if measure.of is not None
    )
