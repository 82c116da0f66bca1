"""The environment, read once into a typed, frozen object.

Each variable is a field of `Env` with its name, parser, default and description as metadata, so
that the configuration table of the documentation is printed from here (`manage.py configuration`).
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard import values
from dashboard.supervisor.addresses import redis_socket
from vault.keyring import KeyRing

VONAGE_API = "https://api.nexmo.com"
VONAGE_REST = "https://rest.nexmo.com"


class BadEnvironmentError(Exception):
    """One or more variables are wrong; `lines` says of each what is wrong and what is accepted."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, its default as text, its parser and its description."""

    name: str
    parse: Callable[[str], Any]
    default: str
    about: str
    secret: bool = False


def _variable(
    name: str, parse: Callable[[str], Any], default: str, about: str, *, secret: bool = False
) -> Any:
    variable = Variable(name, parse, default, about, secret)
    return field(repr=not secret, metadata={"variable": variable})


@dataclass(frozen=True)
class Env:
    """All of the configuration. Times are seconds."""

    home: Path = _variable(
        "SWITCHBOARD_HOME", values.folder, "var", "Folder for the database, keys, sockets and logs."
    )
    port: int = _variable("PORT", values.port, "8000", "Port of the web pages, on 127.0.0.1.")
    simulator_port: int = _variable(
        "SIMULATOR_PORT", values.port, "8001", "Port of the Vonage simulator, on 127.0.0.1."
    )
    live: bool = _variable(
        "LIVE", values.flag, "no", "Talk to Vonage itself: `make run` then starts no simulator."
    )
    debug: bool = _variable(
        "DEBUG", values.flag, "no", "Django's debug pages. Never in production."
    )
    secret_key: str = _variable(
        "SECRET_KEY",
        values.secret_key,
        "",
        "Signs cookies and links, at least 32 characters. `make run` makes one.",
        secret=True,
    )
    key_ring: KeyRing = _variable(
        "ENCRYPTION_KEYS",
        values.key_ring,
        "",
        "Keys that seal API secrets: `id:key` with commas between, the first one seals, all "
        "open; a key is 32 random bytes in URL-safe base64. `make run` makes one.",
        secret=True,
    )
    database: dict[str, Any] | None = _variable(
        "DATABASE_URL",
        values.database,
        "",
        "`postgres://user:password@host:5432/name`. Empty: SQLite in the home folder.",
        secret=True,
    )
    redis: str = _variable(
        "REDIS_URL",
        values.redis_address,
        "",
        "`redis://:password@host:6379/0` or `unix:///path?db=0`. Empty: the server that "
        "`make run` starts.",
        secret=True,
    )
    base_url: str = _variable(
        "BASE_URL",
        values.origin,
        "",
        "Address that people use, as in `https://switchboard.example.com`; links in mails are "
        "made from it, and nothing is sent to Vonage from another one until a person confirms it. "
        "The same for all processes. Empty: `http://127.0.0.1:PORT`.",
    )
    allowed_hosts: tuple[str, ...] = _variable(
        "ALLOWED_HOSTS", values.hosts, "", "More host names that are answered, with commas between."
    )
    proxies: int = _variable(
        "TRUSTED_PROXIES",
        values.number(0, 5),
        "0",
        "How many proxies stand in front; their `X-Forwarded-For` is believed, nobody else's.",
    )
    vonage_api: str = _variable(
        "VONAGE_API_URL",
        values.address,
        "",
        "Base address of Vonage's api host. Empty: the simulator under `make run`, else Vonage.",
    )
    vonage_rest: str = _variable(
        "VONAGE_REST_URL",
        values.address,
        "",
        "Base address of Vonage's rest host. Empty: as above.",
    )
    sync_interval: int | None = _variable(
        "SYNC_INTERVAL_SECONDS",
        values.optional(values.number(5, values.DAY)),
        "",
        "How often each workspace is read from Vonage. Empty: 60, and 10 with the simulator.",
    )
    time_zone: str = _variable(
        "DEFAULT_TIME_ZONE", values.time_zone, "UTC", "Time zone of people who have not chosen one."
    )
    mail_host: str = _variable(
        "EMAIL_HOST",
        values.text,
        "",
        "Mail server. Empty: mails go to the console and `mail/` at home.",
    )
    mail_port: int = _variable("EMAIL_PORT", values.port, "587", "Port of the mail server.")
    mail_security: str = _variable(
        "EMAIL_SECURITY", values.mail_security, "starttls", "`starttls`, `tls` or `none`."
    )
    mail_user: str = _variable("EMAIL_HOST_USER", values.text, "", "Login at the mail server.")
    mail_password: str = _variable(
        "EMAIL_HOST_PASSWORD", values.text, "", "Password at the mail server.", secret=True
    )
    mail_from: str = _variable(
        "DEFAULT_FROM_EMAIL", values.text, "switchboard@localhost", "Sender of mails."
    )
    checkpoint_mail: tuple[str, ...] = _variable(
        "AUDIT_CHECKPOINT_MAIL",
        values.mail_addresses,
        "",
        "Who gets a mail a day that says where the audit chains stand, with commas between: an "
        "address outside this installation. Empty: nobody.",
    )
    oidc_name: str = _variable(
        "OIDC_NAME",
        values.text,
        "single sign-on",
        "Name of the identity provider, as it stands on the sign-in page.",
    )
    oidc_issuer: str = _variable(
        "OIDC_ISSUER",
        values.issuer,
        "",
        "Address of an OpenID Connect identity provider. Empty: no single sign-on.",
    )
    oidc_client_id: str = _variable(
        "OIDC_CLIENT_ID", values.text, "", "What the identity provider knows Switchboard as."
    )
    oidc_client_secret: str = _variable(
        "OIDC_CLIENT_SECRET", values.text, "", "The secret that goes with it.", secret=True
    )
    oidc_domains: tuple[str, ...] = _variable(
        "OIDC_DOMAINS",
        values.domains,
        "",
        "Mail domains that may come in that way, with commas between; the provider must say that "
        "the address is verified. Empty: any.",
    )
    log_level: str = _variable(
        "LOG_LEVEL", values.log_level, "INFO", "DEBUG, INFO, WARNING or ERROR."
    )
    simulator_key: str = _variable(
        "SIMULATOR_API_KEY",
        values.text,
        "",
        "API key of the simulator's customer. `make run` makes one.",
    )
    simulator_secret: str = _variable(
        "SIMULATOR_API_SECRET",
        values.text,
        "",
        "Its API secret. `make run` makes one.",
        secret=True,
    )

    @property
    def embedded(self) -> bool:
        """Everything on one machine, started by `manage.py up`: no DATABASE_URL is set."""
        return self.database is None

    @property
    def simulated(self) -> bool:
        """Vonage is the simulator that `manage.py up` starts."""
        return self.embedded and not self.live and not self.vonage_api and not self.vonage_rest

    @property
    def sync_seconds(self) -> int:
        """How often each workspace is read from Vonage."""
        return self.sync_interval or (10 if self.simulated else 60)

    @property
    def own_address(self) -> str:
        """Address that people use, without a slash at the end."""
        return self.base_url or f"http://127.0.0.1:{self.port}"

    @property
    def https(self) -> bool:
        """People come by https."""
        return self.own_address.startswith("https://")

    @property
    def single_sign_on(self) -> bool:
        """An identity provider is configured."""
        return bool(self.oidc_issuer)

    @property
    def host_names(self) -> list[str]:
        """Host names that are answered."""
        own = urlsplit(self.own_address).hostname or ""
        local = ("127.0.0.1", "localhost") if self.embedded else ()
        return [own, *local, *self.allowed_hosts]

    @property
    def static_storage(self) -> str:
        """Production collects hashed files; one machine serves them from where they are."""
        if self.embedded:
            return "django.contrib.staticfiles.storage.StaticFilesStorage"
        return "whitenoise.storage.CompressedManifestStaticFilesStorage"

    def cookie(self, name: str) -> str:
        """Return the name of a cookie, bound to this host where the browser can enforce it."""
        return f"__Host-{name}" if self.https else name

    @property
    def redis_url(self) -> str:
        """Redis for redis-py and Django's cache."""
        return self.redis or f"unix://{redis_socket(self.home)}?db=0"

    @property
    def broker_url(self) -> str:
        """The same server in Celery's spelling."""
        prefix = "unix://"
        if not self.redis_url.startswith(prefix):
            return self.redis_url
        path, _, query = self.redis_url.removeprefix(prefix).partition("?")
        return f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or 0}"

    @property
    def vonage_hosts(self) -> tuple[str, str]:
        """Base addresses of Vonage's api host and rest host."""
        simulator = f"http://127.0.0.1:{self.simulator_port}"
        defaults = (simulator, simulator) if self.simulated else (VONAGE_API, VONAGE_REST)
        return self.vonage_api or defaults[0], self.vonage_rest or defaults[1]


def variables() -> Iterator[tuple["Field[Any]", Variable]]:
    """Yield each field of `Env` with its variable, in the order of the documentation."""
    for each in fields(Env):
        yield each, each.metadata["variable"]


def load_env(environ: Mapping[str, str] = os.environ) -> Env:
    """Return the configuration, or raise `BadEnvironmentError` with every fault at once.

    A variable is taken from the environment, else from the file that `NAME_FILE` names, else,
    where everything runs on one machine, from `keys.env` in the home folder.
    """
    faults: list[str] = []
    parsed: dict[str, Any] = {}
    made = _made_keys(environ)
    for each, variable in variables():
        try:
            parsed[each.name] = variable.parse(_raw(variable, environ, made))
        except ValueError as fault:
            faults.append(f"{variable.name}: {fault}")
    if faults:
        raise BadEnvironmentError(faults)
    env = Env(**parsed)
    if env.single_sign_on and not (env.oidc_client_id and env.oidc_client_secret):
        raise BadEnvironmentError(
            ["OIDC_ISSUER: it needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET beside it"]
        )
    return env


def _raw(variable: Variable, environ: Mapping[str, str], made: Mapping[str, str]) -> str:
    if value := environ.get(variable.name):
        return value
    if path := environ.get(f"{variable.name}_FILE"):
        return _content(Path(path))
    return made.get(variable.name, variable.default)


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ValueError(f"the file {path} cannot be read ({error.strerror})") from error


def _made_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what `bootstrap.py` generated; nothing where a database of its own is configured."""
    if environ.get("DATABASE_URL") or environ.get("DATABASE_URL_FILE"):
        return {}
    path = Path(environ.get("SWITCHBOARD_HOME") or "var") / "keys.env"
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, separator, value in lines if separator}
