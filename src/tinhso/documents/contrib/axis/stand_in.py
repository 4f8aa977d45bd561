"""A stand-in for the national axis and for a provincial platform, for demonstrations and tests: `tinhso demo-axis`.

It keeps packets in a folder, knows systems by their keys and agencies by their systems, and answers as public clients
expect. It is no axis: nothing of it has legal value.
"""

import hashlib
import hmac
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http.multipartparser import MultiPartParser

Answer = tuple[int, str, bytes]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
REASONS = {200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized", 404: "404 Not Found"}
MOST = 80 * 1024 * 1024


@dataclass(frozen=True)
class System:
    """A system that the axis knows.

    Attributes:
        agencies: identifiers of the agencies it serves.
    """

    name: str
    secret: str
    agencies: frozenset[str]


@dataclass
class StandIn:
    """The WSGI application.

    Attributes:
        folder: where packets lie until they are confirmed.
        systems: by name.
        faults: codes that are answered to the next sendings, for tests; empty ones let through.
    """

    folder: Path
    systems: dict[str, System]
    faults: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, kind, body = self._answer(environ)
        start_response(REASONS[status], [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MOST:
            return _said(400, "10", "tệp quá lớn")
        if path.startswith("/v1/"):
            return self._lgsp(method, path, environ)
        body = environ["wsgi.input"].read(length)
        system = self.systems.get(environ.get("HTTP_SYSTEMID", ""))
        if system is None or not _is_signed(system, body, environ.get("HTTP_XROADVNPT_SIGN_HEADER", "")):
            return _said(200, "15", "sai khóa")
        return self._axis(path, environ, body, system)

    def _axis(self, path: str, environ: dict[str, Any], body: bytes, system: System) -> Answer:
        if path in ("/sendEdoc", "/updateStatus"):
            if hashlib.sha256(body).hexdigest() != environ.get("HTTP_HASH_FILE", ""):
                return _said(200, "10", "hash-file khác với nội dung")
            sender, recipient = environ.get("HTTP_FROM", ""), environ.get("HTTP_TO", "")
            return _axis_answer(*self._keep(system, sender, recipient, environ.get("HTTP_DOCID", ""), body))
        if path == "/getReceivedEdocList":
            return _json({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "data": self._waiting(system)})
        if path == "/getEdoc":
            return self._content(environ.get("HTTP_DOCID", ""), system)
        if path == "/confirm":
            self._confirm(environ.get("HTTP_DOCID", ""), system)
            return _json({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "data": None})
        return _said(404, "21", "không có địa chỉ này")

    def _lgsp(self, method: str, path: str, environ: dict[str, Any]) -> Answer:
        system = self.systems.get(environ.get("HTTP_X_SYSTEMID", ""))
        if system is None or not hmac.compare_digest(system.secret, environ.get("HTTP_X_SECRETKEY", "")):
            return _json({"code": "15", "message": "sai khóa"})
        if method == "POST" and path == "/v1/sendEdoc":
            request = WSGIRequest(environ)
            form, files = MultiPartParser(environ, request, request.upload_handlers).parse()
            sent = files.get("file")
            body = sent.read() if isinstance(sent, UploadedFile) else b""
            if isinstance(sent, UploadedFile):
                sent.close()
            code, text = self._keep(system, form.get("from", ""), form.get("to", ""), form.get("docId", ""), body)
            return _json({"code": code, "message": text})
        if path == "/v1/receivedEdocs":
            most = int(parse_qs(environ.get("QUERY_STRING", "")).get("limit", ["50"])[0])
            data = [{"id": one["docId"], "docId": one["messageId"], "to": one["to"]} for one in self._waiting(system)]
            return _json({"code": "0", "message": "", "data": data[:most]})
        if path.startswith("/v1/edocs/"):
            return self._content(path.rpartition("/")[2], system)
        if method == "POST" and path == "/v1/updateStatus":
            body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            self._confirm(str(body.get("docId", "")), system)
            return _json({"code": "0", "message": ""})
        return _json({"code": "21", "message": "không có địa chỉ này"})

    def _keep(self, system: System, sender: str, recipient: str, message_id: str, body: bytes) -> tuple[str, str]:
        """Keep a packet for the system of its recipient.

        Returns:
            Code and sentence; code 0 when it is kept. The same packet again is kept once.
        """
        fault = self.faults.pop(0) if self.faults else ""
        if fault:
            return fault, "lỗi giả lập"
        if sender not in system.agencies:
            return "19", "nơi gửi chưa đăng ký"
        owner = next((each for each in self.systems.values() if recipient in each.agencies), None)
        if owner is None:
            return "18", "nơi nhận không có"
        handle = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{owner.name}/{recipient}/{message_id}"))
        entry = {"docId": handle, "messageId": message_id, "to": recipient, "from": sender}
        with self._lock:
            folder = self.folder / owner.name
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / f"{handle}.json").exists() and not (folder / f"{handle}.done").exists():
                (folder / f"{handle}.edxml").write_bytes(body)
                (folder / f"{handle}.json").write_text(json.dumps(entry), encoding="utf-8")
        return "0", ""

    def _waiting(self, system: System) -> list[dict[str, str]]:
        found = sorted((self.folder / system.name).glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(path.read_text(encoding="utf-8")) for path in found]

    def _content(self, handle: str, system: System) -> Answer:
        path = self.folder / system.name / f"{handle}.edxml"
        if not re.fullmatch("[0-9a-f-]{36}", handle) or not path.exists():
            return _said(404, "21", "không có gói tin này")
        return 200, "application/octet-stream", path.read_bytes()

    def _confirm(self, handle: str, system: System) -> None:
        if not re.fullmatch("[0-9a-f-]{36}", handle):
            return
        folder = self.folder / system.name
        with self._lock:
            (folder / f"{handle}.done").touch()
            (folder / f"{handle}.json").unlink(missing_ok=True)
            (folder / f"{handle}.edxml").unlink(missing_ok=True)


def system_of(text: str) -> System:
    """A system as the command line names it: NAME:SECRET:CODE,CODE.

    Raises:
        ValueError: the text is none.
    """
    name, secret, codes = text.split(":", 2)
    if not re.fullmatch(r"[\w.-]{1,60}", name):
        raise ValueError(name)
    return System(name, secret, frozenset(filter(None, codes.split(","))))


def _is_signed(system: System, body: bytes, signature: str) -> bool:
    return hmac.compare_digest(hmac.new(system.secret.encode(), body, hashlib.sha256).hexdigest(), signature)


def _axis_answer(code: str, text: str) -> Answer:
    return _json({"status": "OK" if code == "0" else "FAIL", "ErrorCode": code, "ErrorDesc": text, "data": None})


def _said(status: int, code: str, text: str) -> Answer:
    body = json.dumps({"status": "FAIL", "ErrorCode": code, "ErrorDesc": text, "data": None}, ensure_ascii=False)
    return status, "application/json", body.encode()


def _json(body: dict[str, Any]) -> Answer:
    return 200, "application/json", json.dumps(body, ensure_ascii=False).encode()
