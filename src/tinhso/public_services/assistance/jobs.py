"""What the worker does for sessions."""

from typing import Any

from tinhso.core.outbox import handles
from tinhso.public_services.assistance.services import letters
from tinhso.public_services.assistance.services.sessions import CODE_TOPIC


@handles(CODE_TOPIC)
def code_made(payload: dict[str, Any]) -> None:
    """The person is sent the code."""
    letters.send_code(session_id=payload["session"], number=payload["number"])
