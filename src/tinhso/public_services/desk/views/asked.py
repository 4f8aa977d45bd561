"""What the register and the report are asked for: an agency and a period."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404

from tinhso.organizations.api import UnitRow
from tinhso.public_services.desk.views.guard import DeskRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """An agency and a period, both ends included."""

    agency: UnitRow
    agencies: list[UnitRow]
    first: dt.date
    last: dt.date

    def query(self, **more: str) -> str:
        """The same question in an address."""
        said = {"agency": self.agency.code, "from": self.first.isoformat(), "to": self.last.isoformat()}
        return f"?{urlencode(said | more)}"


def asked(request: DeskRequest) -> Asked:
    """Agency and period of an address: the reader's own and the month so far, where it says nothing readable.

    Raises:
        Http404: an agency that the reader has nothing to do with.
    """
    rows, wanted = request.reader.seen_agencies(), request.GET.get("agency", "")
    row = next((row for row in rows if row.code == wanted), None) if wanted else next(iter(rows), None)
    if row is None:
        raise Http404
    today = request.reader.today
    first = _day(request.GET.get("from", "")) or today.replace(day=1)
    last = _day(request.GET.get("to", "")) or max(today, first)
    return Asked(row, rows, min(first, last), max(first, last))


def _day(text: str) -> dt.date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        return found if 2000 <= found.year <= 2100 else None
    return None
