"""Refusals that a user can understand and act upon. Everything else is a fault and propagates."""

from django.utils.translation import gettext as _


class RuleViolation(Exception):
    """An expected refusal; its text is one sentence in the reader's language that says what to do next."""

    exit_code = 1


class ImpossibleRequest(RuleViolation):
    """The request itself cannot be met (unknown name, wrong use); the command line ends with 2."""

    exit_code = 2


class UnknownName(ImpossibleRequest):
    """A dataset, unit, period, plan or indicator that does not exist, with the nearest valid names.

    Args:
        what: kind of thing in the reader's language, as it appears in the sentence ("bộ dữ liệu").
        name: what the user wrote.
        nearest: valid names close to it, best first; may be empty.
    """

    def __init__(self, what: str, name: str, nearest: list[str]) -> None:
        sentence = _("Không có %(what)s “%(name)s”.") % {"what": what, "name": name}
        hint = _(" Tên gần nhất: %(names)s.") % {"names": ", ".join(nearest)} if nearest else ""
        super().__init__(sentence + hint)
        self.what, self.name, self.nearest = what, name, nearest
