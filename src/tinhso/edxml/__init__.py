"""The wire format of official documents between agencies: edXML, QCVN 102:2016/BTTTT with SĐ1:2022. Plain Python.

`read` and `write` follow one table (`spec`), `signature` signs and checks whole packets, `identifiers` knows the keys.
"""

from tinhso.edxml.limits import Limits
from tinhso.edxml.model import (
    Attachment,
    Business,
    BusinessKind,
    Organ,
    Packet,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Status,
    StatusCode,
    Trace,
    Unknown,
    XmlElement,
)
from tinhso.edxml.problems import Invalid, Problem, Refused, Unreadable
from tinhso.edxml.read import read, read_header
from tinhso.edxml.schema import xsd
from tinhso.edxml.sinks import Keep, Sink
from tinhso.edxml.write import write, write_status, write_to

__all__ = [
    "Attachment",
    "Business",
    "BusinessKind",
    "Invalid",
    "Keep",
    "Limits",
    "Organ",
    "Packet",
    "Problem",
    "Receiver",
    "Refused",
    "Replacement",
    "ResponseFor",
    "Sink",
    "Staff",
    "Status",
    "StatusCode",
    "Trace",
    "Unknown",
    "Unreadable",
    "XmlElement",
    "read",
    "read_header",
    "write",
    "write_status",
    "write_to",
    "xsd",
]
