"""What may be wrong with the machine, the settings and the keys of an installation. Each finder yields what it saw."""

import datetime as dt
import os
import shutil
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from registry import settings
from registry.domain.checks import webhook
from registry.keys.signing import EXCHANGE, SIGNING, VAULT_FILE
from registry.maintenance import store_copy
from registry.maintenance.installation import Installation
from registry.printing import page
from registry.refusals.content import PdfUnavailable
from registry.settings import NODE_FILE

DISK_BYTES_MIN = 1 << 30
DISK_SHARE_PERCENT_MIN = 5
_KEY_FILES = (f"{SIGNING}.pem", f"{EXCHANGE}.pem", VAULT_FILE, NODE_FILE)
_OTHERS = 0o077
"""Permissions of group and others."""
_MAIL_SECURITY = ("starttls", "tls", "none")


def unknown_settings(_: Installation) -> Iterator[str]:
    """Variables that are no setting."""
    yield from settings.unknown_variables()


def home(installation: Installation) -> Iterator[str]:
    """A home that is not there or cannot be written."""
    path = Path(installation.settings.home)
    if not path.is_dir() or not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield str(path)


def keys_missing(installation: Installation) -> Iterator[str]:
    """Key files that are not there or cannot be read by whoever asks."""
    for name in _KEY_FILES:
        path = installation.settings.keys_path / name
        if not path.is_file() or not os.access(path, os.R_OK):
            yield str(path)


def keys_open(installation: Installation) -> Iterator[str]:
    """Key files, or their folder, that others than the owner may use."""
    folder = installation.settings.keys_path
    for path in (folder, *sorted(folder.glob("*"))):
        if path.exists() and path.stat().st_mode & _OTHERS and path.name != NODE_FILE:
            yield f"{path} {path.stat().st_mode & 0o777:04o}"


def keys_damaged(installation: Installation) -> Iterator[str]:
    """Keys that are there but cannot be loaded."""
    if "keys" in installation.faults and not list(keys_missing(installation)):
        yield installation.faults["keys"]


def keys_of_another_node(installation: Installation) -> Iterator[str]:
    """The node that the keys belong to, when the settings name another."""
    remembered = settings.remembered_node(installation.settings)
    if remembered not in (None, installation.settings.node):
        yield f"{remembered} ≠ {installation.settings.node}"


def keys_retired(installation: Installation) -> Iterator[str]:
    """Old private keys that still lie beside those in use."""
    yield from map(str, sorted(installation.settings.keys_path.glob("*.retired-*.pem")))


def disk_full(installation: Installation) -> Iterator[str]:
    """Folders of the node on a disk with little room."""
    path = Path(installation.settings.home)
    if not path.is_dir():
        return
    usage = shutil.disk_usage(path)
    if usage.free < DISK_BYTES_MIN or usage.free * 100 < usage.total * DISK_SHARE_PERCENT_MIN:
        yield f"{path}: {usage.free >> 20} MiB / {usage.total >> 20} MiB"


def timezone(installation: Installation) -> Iterator[str]:
    """A zone that cannot be read, or has another offset than Beijing."""
    try:
        offset = installation.now.astimezone(zoneinfo.ZoneInfo("Asia/Shanghai")).utcoffset()
    except zoneinfo.ZoneInfoNotFoundError:
        yield "Asia/Shanghai"
        return
    if offset != dt.timedelta(hours=8):
        yield f"Asia/Shanghai {offset}"


def printing(installation: Installation) -> Iterator[str]:
    """Why receipts cannot be printed."""
    try:
        page.require_printing(installation.settings.pdf_font)
    except PdfUnavailable as refusal:
        yield refusal.detail or refusal.title


def mail(installation: Installation) -> Iterator[str]:
    """Mail settings that contradict each other."""
    chosen = installation.settings
    if chosen.smtp_security not in _MAIL_SECURITY:
        yield f"REGISTRY_SMTP_SECURITY={chosen.smtp_security}"
    if not chosen.smtp_host:
        return
    if not chosen.mail_from:
        yield "REGISTRY_MAIL_FROM"
    if bool(chosen.smtp_user) != bool(chosen.smtp_password):
        yield "REGISTRY_SMTP_USER, REGISTRY_SMTP_PASSWORD"
    if chosen.smtp_security == "none" and not webhook.is_this_machine(chosen.smtp_host):
        yield "REGISTRY_SMTP_SECURITY=none"


def proxy(installation: Installation) -> Iterator[str]:
    """Addresses that fit no proxy, or a proxy of which the node is not told."""
    chosen = installation.settings
    address = urlsplit(chosen.base_url)
    is_outside = not webhook.is_this_machine(address.hostname or "")
    if is_outside and address.scheme != "https":
        yield f"REGISTRY_BASE_URL={chosen.base_url}"
    if is_outside and not chosen.proxies:
        yield "REGISTRY_PROXIES=0"
    if not chosen.proxies and not webhook.is_this_machine(chosen.host):
        yield f"REGISTRY_HOST={chosen.host}, REGISTRY_PROXIES=0"


def backup_programs(installation: Installation) -> Iterator[str]:
    """Programs of PostgreSQL that a backup needs and this machine lacks."""
    if installation.is_postgresql:
        yield from (name for name in ("pg_dump", "pg_restore") if store_copy.find_program(name) is None)
