"""The catalog as people read it, and the records behind a figure."""

import datetime as dt
import difflib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.datasets import api as datasets
from tinhso.engine import duck, language
from tinhso.engine.periods import Period
from tinhso.indicators.selectors import states
from tinhso.indicators.selectors.territory import territory

if TYPE_CHECKING:
    from tinhso.engine.catalog import Indicator
    from tinhso.engine.definitions import IndicatorText

Side = Literal["numerator", "denominator"]


@dataclass(frozen=True)
class Definition:
    """One version of an indicator with what pages show of it (định nghĩa chỉ tiêu)."""

    indicator: "Indicator"

    @property
    def id(self) -> str:
        return self.indicator.id

    @property
    def text(self) -> "IndicatorText":
        return self.indicator.text

    @property
    def name(self) -> str:
        return self.text.name.vi

    @functools.cached_property
    def datasets(self) -> list[str]:
        """Names of the datasets it reads, in order of use."""
        return list(dict.fromkeys(m.dataset.name for m in self.indicator.measures.values()))

    @functools.cached_property
    def denominator_datasets(self) -> list[str]:
        names = list(_measures(self.indicator.ratio.denominator))
        return list(dict.fromkeys(self.indicator.measures[name].dataset.name for name in names))

    @functools.cached_property
    def is_stock(self) -> bool:
        """Whether it is a state, so that its value at the end of last year is a baseline; flows start from 0."""
        kinds = {self.indicator.measures[name].dataset.kind for name in _measures(self.indicator.ratio.numerator)}
        return kinds <= {"stock", "validity"}

    @functools.cached_property
    def is_additive(self) -> bool:
        """Whether figures of units and months add up to those above: nothing is counted once only, nor since the
        year's begin."""
        measures = self.indicator.measures.values()
        return not self.is_yearly and all(m.aggregate != "distinct" and m.window == "period" for m in measures)

    @property
    def is_yearly(self) -> bool:
        """Whether it is an external figure, given for whole years only."""
        return self.text.categories is not None


def definitions() -> list[Definition]:
    """The latest version of every indicator of the catalog in force."""
    latest: dict[str, Definition] = {}
    for indicator in states.catalog_in_force().indicators:
        latest[indicator.id] = Definition(indicator)
    return list(latest.values())


def definition(indicator: str, on: dt.date | None = None, release: int | None = None) -> Definition:
    """An indicator by its id, in the version for a period that ends on a day (None: the latest).

    Args:
        indicator: id.
        on: last day of a period.
        release: number of the release whose catalog is read; None for the catalog in force.

    Raises:
        UnknownName: no such indicator; carries the nearest ids.
    """
    catalog = states.catalog_shown(release)
    known = [one for one in catalog.indicators if one.id == indicator]
    if not known:
        ids = sorted({one.id for one in catalog.indicators})
        nearest = difflib.get_close_matches(indicator, ids, n=3, cutoff=0.4)
        raise UnknownName(_("chỉ tiêu"), indicator, nearest or ids[:3])
    governing = [one for one in known if on is not None and one.governs(on)]
    return Definition((governing or known)[-1])


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a record page; personal ones are shown masked."""

    name: str
    title: str
    personal: bool


@dataclass(frozen=True)
class RecordPage:
    """Some of the records behind one side of a figure.

    Attributes:
        rows: one dict per record, by column name.
        total: how many there are in all.
    """

    dataset: str
    title: str
    columns: list[Column]
    rows: list[dict[str, Any]]
    total: int


def record_page(
    *,
    indicator: str,
    side: Side,
    unit_id: int,
    period: Period,
    offset: int = 0,
    limit: int | None = 50,
    release: int | None = None,
) -> RecordPage:
    """The records that a figure was counted from (bản ghi làm nên số liệu), in order of their key.

    Args:
        side: which of the two numbers.
        unit_id: unit of the figure; records of every unit under it are included.
        limit: None for all.
        release: number of the release whose records are listed; None for those in force.

    Raises:
        UnknownName: no such indicator.
        ImpossibleRequest: nothing has been computed yet.
    """
    from tinhso.engine import records as engine

    current = states.shown(release)
    if current is None or period.starts_on > current.as_of:
        raise ImpossibleRequest(_("Chưa có số liệu cho kỳ này."))
    found = definition(indicator, period.ends_on, release).indicator
    value = found.ratio.numerator if side == "numerator" else found.ratio.denominator
    question = engine.Question(states.catalog_shown(release), found, value, unit_id, period, current.as_of)
    contract = datasets.contract(engine.dataset_behind(question).name)
    with duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS) as connection:
        names = {measure.dataset.name for measure in found.measures.values()}
        names |= {r.to.name for name in names for r in question.catalog.relations.get(name, ())}
        datasets.attach(connection, sorted(names), None if release is None else current.manifest["batches"])
        engine.prepare(connection, question, territory())
        sql = engine.rows_sql(question).sql(dialect="duckdb")
        total = duck.one(connection, f"SELECT count(*) FROM ({sql})")[0]
        columns, key = ", ".join(contract.columns), ", ".join(contract.key)
        page = f"SELECT {columns} FROM ({sql}) ORDER BY {key} LIMIT ? OFFSET ?"
        rows = connection.execute(page, [limit if limit is not None else 2**62, offset]).fetchall()
    shown = [Column(name, column.title, column.personal) for name, column in contract.columns.items()]
    return RecordPage(
        contract.name,
        contract.title,
        shown,
        [dict(zip(contract.columns, row, strict=True)) for row in rows],
        total,
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset behind an indicator and how fresh it is (nguồn số liệu)."""

    dataset: str
    title: str
    last_day: dt.date | None
    batches: int
    imported_at: dt.datetime | None


def sources(names: list[str], release: int | None = None) -> list[Source]:
    """The datasets with their reach now, or as it was in a release; in one query."""
    frozen = None if release is None else states.shown(release)
    reach = datasets.freshness_at(frozen.manifest["batches"]) if frozen else datasets.freshness()
    return [Source(n, reach[n].title, reach[n].last_day, reach[n].batches, reach[n].imported_at) for n in names]


def _measures(value: language.Value) -> Iterator[str]:
    yield from language.amounts_of(value)
    for members in language.sets_of(value):
        yield from language.members_of(members)
