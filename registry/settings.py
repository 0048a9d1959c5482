"""Settings of one node, read from the environment, here only. Every name carries its unit."""

import os
import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registry.keys.key_files import KeyProtection

NODE_FILE = "node"
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of the web server share what they count; the library reads the variable itself."""
CHOICES = {"log_format": ("console", "json"), "log_level": ("", "debug", "info", "warning", "error")}
"""Settings that take one of a few words."""

# Names are read character by character; the phrases of the dictionary would be 45 MB of every process.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

DEMO_FILE = "demo-accounts.json"
"""What the demo writes into its home: the invented accounts and their machine keys."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Settings:
    """Settings of a deployment (``docs/operations.md``). Variables are ``REGISTRY_<NAME>``."""

    home: str = "var"
    """Folder of the embedded database and of the keys."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite at ``<home>/registry.db``."""
    read_url: str = ""
    """SQLAlchemy URL of a streaming replica of PostgreSQL, for pages and readings of the API; none when empty."""
    node: str = "local"
    """Code of this node in the exchange: the owner of what is decided here."""
    node_name: str = "公共资源交易信用惩戒登记簿"
    """Name of this node as pages and peers show it."""
    base_url: str = "http://127.0.0.1:8000"
    """Address under which others reach this node; the demo introduces its nodes by it."""
    host: str = "127.0.0.1"
    """Address on which the web server listens."""
    port: int = 8000
    """Port on which the web server listens."""
    log_format: str = "console"
    """How log lines are written: ``console`` (``key=value``) or ``json``."""
    log_level: str = ""
    """``debug``, ``info``, ``warning`` or ``error``; empty is info, for commands warning."""
    metrics_bind: str = ""
    """Address ``host:port`` on which the web server gives ``/metrics`` and nothing else; none when empty."""
    metrics_token: str = ""
    """Bearer token that also opens ``/metrics`` on the main address; none when empty: then it is not found there."""
    web_workers: int = 2
    """Processes of the web server."""
    web_threads: int = 4
    """Threads of each process, and with them its connections to PostgreSQL."""
    request_timeout_seconds: int = 60
    """How long one request may take, from its first byte to the last of its answer; then its connection is cut."""
    push_interval_seconds: int = 5
    """How often pending records are sent to peers."""
    pull_interval_seconds: int = 5
    """How often new records are pulled from peers."""
    import_interval_seconds: int = 2
    """How often the worker looks for files to file."""
    list_interval_seconds: int = 2
    """How often the worker looks for files of parties to check."""
    watch_interval_seconds: int = 2
    """How often the parties of watches are checked when the ledger has grown or the day has changed."""
    notify_interval_seconds: int = 5
    """How often events of watched parties are sent to webhooks."""
    webhook_hosts: str = ""
    """Hosts that webhooks of watches may be on, ``host`` or ``host:port`` separated by commas; none when empty."""
    webhook_timeout_seconds: int = 10
    """How long one webhook may take to answer."""
    seal_interval_seconds: int = 10
    """How often the head of the ledger is signed when it has grown."""
    tidy_interval_seconds: int = 60
    """How often publications whose period has ended are closed."""
    reconcile_interval_seconds: int = 86400
    """How often this node's records at peers are compared with its own; a day begins at 02:00 Beijing time."""
    sector_reconcile_interval_seconds: int = 3600
    """How often they are compared sector by sector."""
    export_interval_seconds: int = 86400
    """How often the data files of all records shown are made; a day begins at 02:00 Beijing time."""
    data_licence: str = ""
    """Name of the licence of the data files, as the page of open data shows it; none stated when empty."""
    data_licence_url: str = ""
    """Address of the licence."""
    exchange_timeout_seconds: int = 30
    """How long one request to a peer may take."""
    batch_records_max: int = 1000
    """Records in one exchange batch."""
    removal_share_percent_max: int = 20
    """A batch that would remove a larger share of a source's records waits for a person."""
    source_stale_seconds: int = 3600
    """A source not pulled for longer is named as stale in every check."""
    check_parties_max: int = 1000
    """Parties in one award check."""
    applications_per_hour_max: int = 10
    """Disputes, repairs and confirmation codes that may be tried from one address within an hour; and as many
    subscriptions."""
    applications_per_record_max: int = 5
    """Applications about one record that may wait for the confirmation of their applicants at the same time."""
    applications_per_subject_max: int = 20
    """Applications in the name of one subject within a day that come without a confirmation code."""
    stream_listeners_max: int = 2
    """Listeners of the stream of changes at the same time in one process; each takes one of its threads."""
    proxies: int = 0
    """Proxies in front of the web server whose X-Forwarded-For tells the address of who asks."""
    keys_passphrase_file: str = ""
    """File with the passphrase of the keys: its first line encrypts, each line opens; keys are plain when empty."""
    keys_pkcs11_module: str = ""
    """Library of the PKCS#11 token in which new signing keys are made; none when empty."""
    keys_pkcs11_token: str = ""
    """Label of that token."""
    keys_pkcs11_pin_file: str = ""
    """File with the PIN of its user."""
    smtp_host: str = ""
    """Mail server that takes confirmation codes; none when empty: then officers issue codes."""
    smtp_port: int = 587
    """Port of the mail server."""
    smtp_security: str = "starttls"
    """``starttls``, ``tls`` or ``none``; ``none`` is for a server on this machine."""
    smtp_user: str = ""
    """Account at the mail server; none when empty."""
    smtp_password: str = ""
    """Its password."""
    smtp_timeout_seconds: int = 30
    """How long the mail server may take for one mail, all together."""
    mail_from: str = ""
    """Address from which mails are sent."""
    mail_interval_seconds: int = 5
    """How often mails that wait are sent."""
    oidc_issuer: str = ""
    """Issuer of the single sign-on (OpenID Connect), as its ID tokens name it; none when empty."""
    oidc_client_id: str = ""
    """This node's name at that provider."""
    oidc_client_secret_file: str = ""
    """File with the secret of that client; none when empty: then the code is protected by PKCE alone."""
    oidc_account_claim: str = "sub"
    """Claim of the ID token that is the name of an account here. Only ``sub`` is never given to another person (OpenID
    Connect Core 5.7)."""
    subscription_interval_seconds: int = 3600
    """How often subscribers are mailed what is newly published."""
    pdf_font: str = ""
    """File of a font with Chinese characters for printed receipts; empty looks where Debian puts Noto Sans CJK."""
    upload_bytes_max: int = 32 * 1024 * 1024
    """Largest request body; larger is refused before it is read."""
    demo: int = 0
    """1 lets everybody sign in as the invented people of the demo; only ``registry demo`` sets it, and a node that
    others can reach does not start with it."""

    @property
    def is_demo(self) -> bool:
        """Whether this node is one of the demo: it was told so, and its home was furnished as one."""
        return bool(self.demo) and (Path(self.home) / DEMO_FILE).exists()

    @property
    def url(self) -> str:
        """The SQLAlchemy URL in force."""
        url = self.database_url or f"sqlite:///{Path(self.home).resolve() / 'registry.db'}"
        return _driver_url(url)

    @property
    def replica_url(self) -> str:
        """The SQLAlchemy URL of the replica."""
        return _driver_url(self.read_url)

    @property
    def keys_path(self) -> Path:
        """Folder of the signing and identity keys, outside the database on purpose."""
        return Path(self.home) / "keys"

    @property
    def key_protection(self) -> KeyProtection:
        """What opens the keys, and where new ones are made."""
        return KeyProtection(
            self.keys_passphrase_file, self.keys_pkcs11_module, self.keys_pkcs11_token, self.keys_pkcs11_pin_file
        )


def _driver_url(url: str) -> str:
    """Name the driver, and write several hosts (``a:5432,b:5432``, as libpq takes them) as SQLAlchemy does."""
    several = re.fullmatch(r"(postgresql[^:/]*://)((?:[^/?]*@)?)([^/?@]*,[^/?@]*)(/[^?]*)?(?:\?(.*))?", url)
    if several:
        scheme, user, hosts, database, query = several.groups("")
        places = [(host, port or "5432") for host, _, port in (one.partition(":") for one in hosts.split(","))]
        names, ports = (",".join(part) for part in zip(*places, strict=True))
        url = f"{scheme}{user}{database or '/'}?host={names}&port={ports}{'&' if query else ''}{query}"
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def from_environment() -> Settings:
    """Read the settings from ``REGISTRY_*``; refuses an unknown ``REGISTRY_`` variable: a typo would be silent."""
    unknown = unknown_variables()
    if unknown:
        raise SystemExit(f"unknown settings: {', '.join(unknown)}")
    return known_from_environment()


def require_demo_alone(settings: Settings) -> None:
    """Refuse (exit) a demo that other machines could reach: everybody signs in there as whom they like."""
    if settings.demo not in (0, 1):
        raise SystemExit("REGISTRY_DEMO must be 0 or 1")
    hosts = (settings.host, urlsplit(settings.base_url).hostname)
    if settings.demo and (settings.proxies or not all(host in LOOPBACK for host in hosts)):
        raise SystemExit("REGISTRY_DEMO is for the demo alone, which this machine only can reach")


def unknown_variables() -> list[str]:
    """Names of ``REGISTRY_`` variables of the environment that are no setting."""
    known = {f"REGISTRY_{field.name.upper()}" for field in fields(Settings)}
    return sorted(name for name in os.environ if name.startswith("REGISTRY_") and name not in known)


def known_from_environment() -> Settings:
    """Read the settings from ``REGISTRY_*``, whatever else is there."""
    known = {f"REGISTRY_{field.name.upper()}": field for field in fields(Settings)}
    variables = {name: text for name, text in os.environ.items() if name in known}
    values = {known[name].name: _parse_value(name, known[name].type, text) for name, text in variables.items()}
    chosen = Settings(**values)
    if "REGISTRY_NODE" in variables:
        return chosen
    return replace(chosen, node=remembered_node(chosen) or chosen.node)


def _parse_value(name: str, field_type: object, text: str) -> Any:
    if field_type is not int:
        choices = CHOICES.get(name.removeprefix("REGISTRY_").lower(), (text,))
        if text not in choices:
            raise SystemExit(f"{name} must be one of: {', '.join(choice for choice in choices if choice)}")
        return text
    if not (text.isascii() and text.isdigit()):
        raise SystemExit(f"{name} must be a whole number")
    return int(text)


def remembered_node(settings: Settings) -> str | None:
    """Code of the node that the keys in the home folder belong to, None before the first start."""
    path = settings.keys_path / NODE_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def remember_node(settings: Settings) -> None:
    """Bind the keys to the node's code; refuses to go on under another one, because owners never change names."""
    remembered = remembered_node(settings)
    if remembered is None:
        (settings.keys_path / NODE_FILE).write_text(settings.node + "\n", encoding="utf-8")
    elif remembered != settings.node:
        raise SystemExit(f"REGISTRY_NODE is {settings.node}, but {settings.keys_path} belongs to {remembered}")


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment that gives a child process the same settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    own = {f"REGISTRY_{field.name.upper()}": str(getattr(settings, field.name)) for field in fields(Settings)}
    return inherited | own | {METRICS_VARIABLE: str((Path(settings.home) / "metrics").resolve())}


def metrics_folder() -> Path | None:
    """Where the processes of the web server share what they count, None outside of it."""
    text = os.environ.get(METRICS_VARIABLE)
    return Path(text) if text else None
