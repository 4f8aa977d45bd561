"""What is made out of the table: the page, the schema, and the table's own soundness."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from tests.edxml.factories import PACKETS, STATUSES, make_packet
from tinhso.edxml import Packet, Status, write, write_status
from tinhso.edxml.page import page
from tinhso.edxml.schema import xsd
from tinhso.edxml.spec import PACKET, STATUS, Element

FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def schema(wrapper: str = "") -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(xsd(wrapper).encode()))


def test_the_page_is_current():
    path = Path(__file__).parents[2] / "docs" / "edxml.md"

    assert path.read_text(encoding="utf-8") == page(), "python -m tinhso.edxml.page > docs/edxml.md"


@FEW
@given(PACKETS)
def test_what_is_written_follows_the_schema(packet):
    # elements without a namespace, and in ours but unknown, are beyond any schema
    plain = dataclasses.replace(packet, unknown=tuple(one for one in packet.unknown if one.element.namespace))

    schema().assertValid(etree.fromstring(write(plain)))


@FEW
@given(STATUSES)
def test_what_is_written_of_a_status_follows_the_schema(status):
    plain = dataclasses.replace(status, unknown=())

    for wrapper in ("MessageHeader", "Status"):
        schema(wrapper).assertValid(etree.fromstring(write_status(plain, wrapper=wrapper)))


def test_the_schema_knows_the_order():
    data = write(make_packet()).replace(b"edXML:Subject>", b"edXML:Zzz>")

    assert not schema().validate(etree.fromstring(data))


def fields(spec: Element) -> Iterator[str]:
    """The fields of one object that the rows below it fill."""
    yield from (attribute.field for attribute in spec.attributes if attribute.field)
    for child in spec.children:
        if child.field:
            yield child.field
        elif child.make is None:
            yield from fields(child)


@pytest.mark.parametrize(("spec", "model"), [(PACKET, Packet), *((table, Status) for table in STATUS.values())])
def test_every_field_has_its_row(spec, model):
    names = {field.name for field in dataclasses.fields(model)} - {"unknown", "warnings"}

    assert sorted(set(fields(spec)) - {"references"}) == sorted(names)
    assert len(list(fields(spec))) == len(set(fields(spec)))
