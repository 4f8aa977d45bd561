"""The catalog of indicators: definitions checked against the datasets, refused whole when one is wrong."""

import datetime as dt
import difflib
import functools
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tinhso.engine import language, located
from tinhso.engine.definitions import Aggregate, Definition, EntityText, IndicatorText, RelationsText
from tinhso.engine.language import Column, Filter, Ratio, Scalar, SetExpression, SetOperation, Value
from tinhso.engine.located import DefinitionError
from tinhso.engine.schema import ColumnSchema, DatasetSchema

RELATIONS_FILE = "_relations.yaml"
NUMERIC = ("integer", "decimal")


@dataclass(frozen=True, slots=True)
class Relation:
    """A column naming a row of a validity dataset, in the version in force on the record's day.

    Attributes:
        name: prefix of its columns in filters (`procedure`).
        dataset: dataset that holds the column.
        column: the column.
        to: the validity dataset; its key is the column and its first day.
    """

    name: str
    dataset: str
    column: str
    to: DatasetSchema


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, summed or kept as a set; equal measures of two indicators are computed once.

    Attributes:
        window: events of the period, or since 1 January of its year.
        category: column by which the figure is also given; only for external figures.
        entity: kind of member of a distinct measure; sets of one entity may be joined.
    """

    dataset: DatasetSchema
    aggregate: Aggregate
    of: str | None
    where: Filter | None
    window: str
    category: str | None
    entity: str | None

    @property
    def is_unitless(self) -> bool:
        """Whether its records carry no unit, so that it may only narrow a set that does."""
        return self.dataset.unit is None and self.dataset.kind != "external"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One version of an indicator (chỉ tiêu), ready to be computed."""

    text: IndicatorText
    measures: Mapping[str, Measure]
    ratio: Ratio

    @property
    def id(self) -> str:
        return self.text.id

    @property
    def presences(self) -> list[Measure]:
        """What counts all rows of the stocks in its denominator that carry a unit."""
        names = dict.fromkeys(_names(self.ratio.denominator))
        stocks = [m.dataset for m in map(self.measures.__getitem__, names) if m.dataset.kind in ("stock", "validity")]
        return [Measure(d, "count", None, None, "period", None, None) for d in dict.fromkeys(stocks) if d.unit]

    def governs(self, day: dt.date) -> bool:
        """Whether this version is the one for a period that ends on `day`."""
        valid = self.text.valid
        return valid.since <= day and (valid.until is None or day <= valid.until)


@dataclass(frozen=True)
class Catalog:
    """All indicators in force, with their measures numbered.

    Attributes:
        indicators: in order of id and version.
        measures: every different measure; its position is its number in leaf states.
        relations: by dataset.
        hash: changes whenever a definition does.
        entities: kinds of members that are described, by name.
    """

    indicators: tuple[Indicator, ...]
    measures: tuple[Measure, ...]
    relations: Mapping[str, tuple[Relation, ...]]
    hash: str
    entities: Mapping[str, EntityText] = field(default_factory=dict)

    @functools.cached_property
    def counted(self) -> tuple[Measure, ...]:
        """The measures, and all rows of each stock in a denominator: they tell 0 ÷ 0 from missing data."""
        present = [m for indicator in self.indicators for m in indicator.presences]
        return tuple(dict.fromkeys([*self.measures, *present]))

    @functools.cached_property
    def _numbers(self) -> dict[Measure, int]:
        return {measure: number for number, measure in enumerate(self.counted)}

    def number(self, measure: Measure) -> int:
        return self._numbers[measure]

    @functools.cached_property
    def keys(self) -> tuple[str, ...]:
        """What names each measure in kept states, by number: the same for the same counting, whatever else changes."""
        return tuple(self._key(measure) for measure in self.counted)

    def _key(self, measure: Measure) -> str:
        related = self.relations.get(measure.dataset.name, ())
        parts = (measure, sorted(measure.dataset.columns.items()), related)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def digest(self, indicator: Indicator) -> str:
        """Changes when anything does that an indicator's cells are made by."""
        keys = [self.keys[self.number(m)] for m in (*indicator.measures.values(), *indicator.presences)]
        parts = (indicator.text.model_dump(exclude={"name", "words", "legal", "owner", "examples"}), keys)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def relation(self, dataset: str, name: str) -> Relation:
        return next(relation for relation in self.relations.get(dataset, ()) if relation.name == name)


def load(folder: Path, schemas: Mapping[str, DatasetSchema]) -> Catalog:
    """Read and check every definition of a folder.

    Raises:
        DefinitionError: at the first entry that is wrong; nothing of the folder is used then.
    """
    paths = sorted(path for path in folder.glob("*.yaml") if path.name != RELATIONS_FILE)
    relations_path = folder / RELATIONS_FILE
    source = located.read(relations_path) if relations_path.exists() else located.Located(relations_path, "{}")
    return build([Definition(located.read(path)) for path in paths], source, schemas)


def build(
    definitions: Iterable[Definition], relations: located.Located, schemas: Mapping[str, DatasetSchema]
) -> Catalog:
    """Check definitions against each other and the datasets, and number their measures.

    Raises:
        DefinitionError: at the first entry that is wrong.
    """
    ordered = sorted(definitions, key=lambda definition: (definition.text.id, definition.text.version))
    checker = _Checker(relations, schemas)
    indicators = tuple(checker.indicator(definition) for definition in ordered)
    _refuse_overlaps(ordered)
    _refuse_twins(ordered, indicators)
    measures = tuple(dict.fromkeys(m for indicator in indicators for m in indicator.measures.values()))
    digest = hashlib.sha256(json.dumps(relations.content, sort_keys=True).encode())
    for definition in ordered:
        digest.update(definition.text.model_dump_json(by_alias=True).encode())
    return Catalog(indicators, measures, checker.relations, digest.hexdigest(), checker.described)


class _Checker:
    """Resolves the names of definition files, or says in which line one does not fit."""

    def __init__(self, relations: located.Located, schemas: Mapping[str, DatasetSchema]) -> None:
        self.schemas = schemas
        text = located.validated(relations, RelationsText)
        self.relations: dict[str, tuple[Relation, ...]] = {}
        for name, entry in text.relations.items():
            for dataset in (entry.dataset, entry.to):
                if dataset not in schemas:
                    raise relations.error(("relations", name), _unknown("bộ dữ liệu", dataset, schemas))
            if schemas[entry.dataset].kind != "flow":
                reason = f"{entry.dataset} không phải sự kiện nên không có ngày để tra phiên bản"
                raise relations.error(("relations", name, "dataset"), reason)
            if schemas[entry.to].kind != "validity":
                raise relations.error(("relations", name, "to"), f"{entry.to} không có ngày hiệu lực")
            relation = Relation(name, entry.dataset, entry.column, schemas[entry.to])
            self.relations[entry.dataset] = (*self.relations.get(entry.dataset, ()), relation)
        self.described = text.entities
        self._check_labels(relations)
        self._check_columns(relations, text)
        self.entities = {column: name for name, entry in text.entities.items() for column in entry.columns}

    def _check_columns(self, source: located.Located, text: RelationsText) -> None:
        """Refuse relations that could find several rows of one day, and members that could not be told to be equal."""
        for name, relation in text.relations.items():
            place, columns = ("relations", name, "column"), self.schemas[relation.dataset].columns
            if relation.column not in columns:
                raise source.error(place, f"{relation.dataset} {_unknown('cột', relation.column, columns)}")
            if self.schemas[relation.to].entity_key != (relation.column,):
                raise source.error(place, f"{relation.column} không phải khóa của {relation.to}")
        for name, entity in text.entities.items():
            place, types = ("entities", name, "columns"), set()
            for qualified in entity.columns:
                dataset, _dot, column = qualified.partition(".")
                columns = self.schemas[dataset].columns if dataset in self.schemas else {}
                if column not in columns:
                    raise source.error(place, _unknown("cột", qualified, [f"{dataset}.{known}" for known in columns]))
                types.add(columns[column].type)
            if len(types) > 1:
                raise source.error(place, f"các cột khác kiểu: {', '.join(sorted(types))}")

    def _check_labels(self, relations: located.Located) -> None:
        for name, entry in self.described.items():
            dataset, _dot, column = (entry.label or "").partition(".")
            if entry.label and column not in (self.schemas[dataset].columns if dataset in self.schemas else ()):
                raise relations.error(("entities", name, "label"), f"không có cột {entry.label}")

    def indicator(self, definition: Definition) -> Indicator:
        measures = {name: self._measure(definition, name) for name in definition.text.measures}
        indicator = Indicator(definition.text, measures, definition.ratio)
        self._check_value(definition, indicator)
        self._check_categories(definition, indicator)
        return indicator

    def _measure(self, definition: Definition, name: str) -> Measure:
        text, place = definition.text.measures[name], ("measures", name)
        error = definition.source.error
        schema = self.schemas.get(text.dataset)
        if schema is None:
            raise error((*place, "from"), _unknown("bộ dữ liệu", text.dataset, self.schemas))
        if text.of is not None and text.of not in schema.columns:
            raise error((*place, "of"), _unknown("cột", text.of, schema.columns))
        if reason := _refused_class(text.aggregate, text.of, text.window, schema):
            raise error(place, reason)
        where = definition.filters.get(name)
        if where is not None:
            for condition in language.conditions_of(where):
                if reason := self._refused_condition(schema, condition):
                    raise error((*place, "where"), reason)
        category = definition.text.categories.by if definition.text.categories else None
        entity = None
        if text.aggregate == "distinct":
            qualified = f"{text.dataset}.{text.of}"
            entity = self.entities.get(qualified, qualified)
        return Measure(schema, text.aggregate, text.of, where, text.window, category, entity)

    def _column(self, schema: DatasetSchema, column: Column) -> ColumnSchema | str:
        """The schema of a filter's column, or the reason why there is none."""
        columns = schema.columns
        if column.relation is not None:
            known = {relation.name: relation for relation in self.relations.get(schema.name, ())}
            if column.relation not in known:
                return _unknown("quan hệ", column.relation, known)
            columns = known[column.relation].to.columns
        return columns.get(column.name) or _unknown("cột", str(column), columns)

    def _refused_condition(self, schema: DatasetSchema, condition: Filter) -> str:
        values: tuple[Scalar, ...] = ()
        match condition:
            case language.Truth(column):
                found = self._column(schema, column)
                if isinstance(found, ColumnSchema) and found.type != "boolean":
                    return f"cột {column} không phải có/không"
            case language.Missing(column):
                found = self._column(schema, column)
            case language.Compare(column, _, value):
                found, values = self._column(schema, column), (value,)
            case language.OneOf(column, several):
                found, values = self._column(schema, column), several
            case _:
                raise AssertionError(condition)
        if isinstance(found, str):
            return found
        return next(filter(None, (_refused_scalar(column, found, value) for value in values)), "")

    def _check_value(self, definition: Definition, indicator: Indicator) -> None:
        measures, error = indicator.measures, definition.source.error
        for part in (indicator.ratio.numerator, indicator.ratio.denominator):
            if reason := _refused_value(part, measures):
                raise error(("value",), reason)
        used = set(_names(indicator.ratio.numerator)) | set(_names(indicator.ratio.denominator))
        if definition.text.excluded is not None:
            excluded = definition.text.excluded.measure
            if excluded not in measures or measures[excluded].aggregate != "count":
                raise error(("excluded", "measure"), f"“{excluded}” phải là một phép đếm của định nghĩa này")
            used.add(excluded)
        for name in measures:
            if name not in used:
                raise error(("measures", name), f"“{name}” không được dùng trong giá trị")
        if len({measures[name].dataset.kind == "external" for name in used}) > 1:
            raise error(("value",), "không được trộn số liệu bên ngoài với số liệu tính từ bản ghi")

    def _check_categories(self, definition: Definition, indicator: Indicator) -> None:
        categories, error = definition.text.categories, definition.source.error
        for name, measure in indicator.measures.items():
            if measure.dataset.kind == "external" and categories is None:
                raise error(("measures", name), "số liệu bên ngoài phải khai “categories”")
            if categories is not None and measure.dataset.kind != "external":
                raise error(("categories",), "chỉ số liệu bên ngoài mới chia theo loại")
            if categories is not None and categories.by not in measure.dataset.columns:
                raise error(("categories", "by"), _unknown("cột", categories.by, measure.dataset.columns))


def _refused_class(aggregate: Aggregate, of: str | None, window: str, schema: DatasetSchema) -> str:
    """Why a measure of this class cannot be merged over units and time; empty when it can."""
    column = schema.columns[of] if of is not None else None
    if aggregate == "sum" and column is not None and column.type not in NUMERIC:
        return f"cột {of} không phải số nên không cộng được"
    if aggregate == "distinct" and column is not None and column.type not in ("string", "integer"):
        return f"cột {of} ({column.type}) không phải mã nên không đếm phân biệt được"
    if window == "year_to_date" and schema.kind != "flow":
        return f"{schema.name} là số liệu tại thời điểm nên không cộng dồn từ đầu năm"
    if schema.kind == "external" and aggregate != "sum":
        return f"{schema.name} là số liệu bên ngoài: chỉ lấy nguyên (sum), không gộp qua đơn vị, thời gian"
    return ""


def _refused_scalar(column: Column, schema: ColumnSchema, value: Scalar) -> str:
    if schema.type == "boolean":
        return "" if isinstance(value, bool) else f"cột {column} chỉ so với True hoặc False"
    if schema.type in ("integer", "decimal", "year"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if is_number else f"cột {column} là số, không so được với {value!r}"
    if not isinstance(value, str):
        return f"cột {column} là {schema.type}, không so được với {value!r}"
    if schema.values and value not in schema.values:
        return f"cột {column} không bao giờ bằng {value!r}; chỉ có: {', '.join(schema.values)}"
    if schema.type in ("date", "timestamp"):
        try:
            dt.datetime.fromisoformat(value)
        except ValueError:
            return f"cột {column} là ngày, không so được với {value!r}"
    return ""


def _refused_value(value: Value, measures: Mapping[str, Measure]) -> str:
    for name in _names(value):
        if name not in measures:
            return _unknown("phép đo", name, measures)
    for name in language.amounts_of(value):
        if measures[name].aggregate == "distinct":
            return f"“{name}” là một tập; hãy viết count({name})"
        if measures[name].is_unitless:
            return f"“{name}” không gắn với đơn vị nào nên không cộng theo đơn vị được"
    for members in language.sets_of(value):
        if reason := _refused_set(members, measures):
            return reason
    if next(_names(value), None) is None:
        return "tử số và mẫu số phải có ít nhất một phép đo"
    return ""


def _refused_set(members: SetExpression, measures: Mapping[str, Measure]) -> str:
    names = list(language.members_of(members))
    for name in names:
        if measures[name].aggregate != "distinct":
            return f"“{name}” là một số, không phải tập; hãy bỏ count(...)"
    entities = {str(measures[name].entity) for name in names}
    if len(entities) > 1:
        return f"không ghép được các tập khác loại: {', '.join(sorted(entities))}"
    if not has_unit(members, measures):
        return "tập không gắn với đơn vị; hãy giao (&) nó với một tập có đơn vị"
    return ""


def has_unit(members: SetExpression, measures: Mapping[str, Measure]) -> bool:
    """Whether every member of a set belongs to a unit: unitless sets may only narrow."""
    match members:
        case language.Members(name):
            return not measures[name].is_unitless
        case SetOperation("&", left, right):
            return has_unit(left, measures) or has_unit(right, measures)
        case SetOperation("-", left, _):
            return has_unit(left, measures)
        case SetOperation(_, left, right):
            return has_unit(left, measures) and has_unit(right, measures)


def _names(value: Value) -> Iterator[str]:
    yield from language.amounts_of(value)
    for members in language.sets_of(value):
        yield from language.members_of(members)


def _refuse_overlaps(ordered: list[Definition]) -> None:
    """One version of an indicator governs a day; the next begins after the last one ended."""
    for earlier, later in itertools.pairwise(ordered):
        if earlier.text.id != later.text.id:
            continue
        if earlier.text.version == later.text.version:
            raise later.source.error(("version",), f"phiên bản {later.text.version} đã có ở {earlier.source.path}")
        if earlier.text.valid.until is None or earlier.text.valid.until >= later.text.valid.since:
            raise later.source.error(("valid",), f"hiệu lực chồng lên phiên bản {earlier.text.version}")


def _refuse_twins(ordered: list[Definition], indicators: tuple[Indicator, ...]) -> None:
    """Two indicators with the same formula would be one figure under two names."""
    seen: dict[str, str] = {}
    for definition, indicator in zip(ordered, indicators, strict=True):
        measures = sorted((name, repr(measure)) for name, measure in indicator.measures.items())
        formula = repr((indicator.ratio, measures))
        if seen.setdefault(formula, indicator.id) != indicator.id:
            raise definition.source.error(("value",), f"trùng công thức với {seen[formula]}")


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"không có {what} “{name}”" + (f"; gần nhất: {', '.join(nearest)}" if nearest else "")


__all__ = ["Catalog", "DefinitionError", "Indicator", "Measure", "Relation", "build", "has_unit", "load"]
