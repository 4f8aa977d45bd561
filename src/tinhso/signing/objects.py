"""Objects of PDF files, made by pyHanko, whose constructors bear no types."""

from collections.abc import Iterable, Mapping
from typing import IO, Protocol

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

Box = tuple[float, float, float, float]  # left, low, right and high edge, in points from the page's lower left corner


class Taker(Protocol):
    """A revision under work, which takes objects."""

    def add_object(self, made: generic.PdfObject, /) -> generic.IndirectObject:
        """Add an object and get its number."""
        ...


class Written(generic.PdfObject):
    """An object whose text is at hand; writing long arrays number by number takes long."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def write_to_stream(self, stream: IO[bytes], handler: object = None, container_ref: object = None) -> None:
        """Write the text."""
        stream.write(self._text)


def number(value: int) -> generic.NumberObject:
    """A whole number."""
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]


def real(value: float) -> generic.FloatObject:
    """A number with two decimals."""
    return generic.FloatObject(f"{value:.2f}")  # type: ignore[no-untyped-call]


def dictionary(entries: Mapping[str, generic.PdfObject]) -> generic.DictionaryObject:
    """A dictionary."""
    named = {pdf_name(key): value for key, value in entries.items()}
    return generic.DictionaryObject(named)  # type: ignore[no-untyped-call]


def numbers(values: Iterable[int]) -> generic.ArrayObject:
    """An array of whole numbers."""
    return generic.ArrayObject(number(value) for value in values)


def reals(values: Iterable[float]) -> generic.ArrayObject:
    """An array of numbers with two decimals; a box for one."""
    return generic.ArrayObject(real(value) for value in values)
