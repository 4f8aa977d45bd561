"""Read a packet or a status out of a file."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, BinaryIO

from tinhso.edxml import spec
from tinhso.edxml.limits import DEFAULT, Limits
from tinhso.edxml.model import Attachment, Packet, Status
from tinhso.edxml.parse import parse, refusal
from tinhso.edxml.problems import Invalid, Problem, problem
from tinhso.edxml.sinks import Keep
from tinhso.edxml.tree import Findings, Node, fields


def read(source: BinaryIO | bytes, *, keep: Keep | None = None, limits: Limits = DEFAULT) -> Packet | Status:
    """Read a whole packet in one pass (đọc gói tin edXML).

    Args:
        source: the file; a stream is read to its end and not closed.
        keep: opens a sink for the n-th attachment; without it attachments stay in memory.
        limits: upper bounds.

    Returns:
        The document, or the status when the file tells one; what was odd stands in `warnings`.

    Raises:
        Unreadable: no edXML, or beyond the limits.
        Invalid: it does not hold what the standard asks for; answer with status 02.
        Whatever `source` and the sinks raise themselves; nothing else, for any input.
    """
    root, discard = parse(source, keep, limits)
    done = False
    try:
        result = _assemble(root, header_only=False)
        done = True
    finally:
        if not done:
            discard()
    return result


def read_header(source: BinaryIO | bytes, *, limits: Limits = DEFAULT) -> Packet | Status:
    """Read up to the end of the envelope only; attachments are those of its list, without content, hash and size.

    What follows the envelope is not looked at, so the file may still turn out to be broken.

    Raises:
        Unreadable, Invalid: as in `read`.
    """
    root, _ = parse(source, None, limits, header_only=True)
    return _assemble(root, header_only=True)


def _assemble(root: Node, *, header_only: bool) -> Packet | Status:
    found = Findings()
    if root.namespace not in (spec.NAMESPACE, ""):
        raise refusal("root")
    if not _is_ours(root):
        found.warnings.append(problem("", "namespace"))
    wrapper = _status_wrapper(root)
    if wrapper is None:
        return _packet(fields(spec.PACKET, root, "", found), found, header_only)
    values = fields(spec.STATUS[wrapper], root, "", found)
    encoded = root.child("AttachmentEncoded")
    if encoded is not None and encoded.child("Attachment") is not None:
        found.problems.append(problem("AttachmentEncoded", "status-attachment"))
    return Status(**_checked(values, found))


def _is_ours(root: Node) -> bool:
    """Whether the elements of the envelope stand in the namespace of the standard."""
    return all(node.namespace == spec.NAMESPACE for node in (root, root.child("edXMLEnvelope")) if node is not None)


def _status_wrapper(root: Node) -> str | None:
    """The element that holds a status, or None for a document."""
    envelope = root.child("edXMLEnvelope")
    header = envelope.child("edXMLHeader") if envelope is not None else None
    if header is None:
        return None
    if header.child("Status") is not None:
        return "Status"
    message = header.child("MessageHeader")
    return "MessageHeader" if message is not None and message.child("StatusCode") is not None else None


def _checked(values: dict[str, Any], found: Findings) -> dict[str, Any]:
    if found.problems:
        raise Invalid(found.problems)
    return {**values, "unknown": tuple(found.unknown), "warnings": tuple(found.warnings)}


def _packet(values: dict[str, Any], found: Findings, header_only: bool) -> Packet:
    references: tuple[Attachment, ...] = values.pop("references", ())
    if header_only:
        values["attachments"] = references
    if not found.problems:
        found.problems.extend(packet_problems(values["recipients"], values.get("attachments", ())))
        if not header_only:
            _compare(references, values.get("attachments", ()), found)
    return Packet(**_checked(values, found))


def packet_problems(recipients: Iterable[Any], attachments: Iterable[Attachment]) -> list[Problem]:
    """What the table cannot say: no receiver and no attachment stands twice."""
    organs = _repeated(organ.organ_id for organ in recipients)
    keys = _repeated(attachment.content_id for attachment in attachments)
    return [
        *(problem("MessageHeader/To/OrganId", "duplicate", organ_id) for organ_id in organs),
        *(problem("AttachmentEncoded/Attachment/ContentId", "duplicate", content_id) for content_id in keys),
    ]


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _compare(references: Iterable[Attachment], attachments: Iterable[Attachment], found: Findings) -> None:
    """A listed attachment must be there; one that is not listed is told."""
    listed = {reference.content_id for reference in references}
    present = {attachment.content_id for attachment in attachments}
    found.problems.extend(problem("edXMLManifest/Reference", "no-content", key) for key in sorted(listed - present))
    found.warnings.extend(
        problem("AttachmentEncoded/Attachment", "not-listed", key) for key in sorted(present - listed)
    )
