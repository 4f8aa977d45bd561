"""Typed readers of the environment; a secret may also come from the file named by NAME_FILE."""

import datetime as dt
import os
from pathlib import Path
from urllib.parse import urlsplit


class SettingError(Exception):
    """An environment variable holds something that cannot be used."""


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    text = os.environ.get(name)
    if text is None:
        return default
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be true or false, not {text!r}")


def env_int(name: str, default: int) -> int:
    text = os.environ.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise SettingError(f"{name} must be a whole number, not {text!r}") from None


def env_day(name: str) -> dt.date | None:
    """A day as yyyy-mm-dd; None when it is not set."""
    text = os.environ.get(name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingError(f"{name} must be a day such as 2023-09-30, not {text!r}") from None


def env_list(name: str, default: list[str]) -> list[str]:
    text = os.environ.get(name)
    return default if text is None else [part.strip() for part in text.split(",") if part.strip()]


def env_origin(name: str) -> tuple[str, str]:
    """The address of another site and its origin; both empty when it is not set. HTTPS, but on this machine.

    Returns:
        ("https://host/path", "https://host").
    """
    address = os.environ.get(name, "").rstrip("/")
    if not address:
        return "", ""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise SettingError(f"{name} must begin with https://, not {address!r}")
    return address, origin_of(address)


def origin_of(address: str) -> str:
    """Scheme, host and port of a page."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def env_secret(name: str, default: str = "") -> str:
    """A secret from NAME, or from the file whose path is in NAME_FILE."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)
