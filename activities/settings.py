"""Settings of the API, the worker and the commands, from the environment.

A command started in a second terminal finds the stack that `kaifang up` runs: what the environment does not say is
read from `stack.env` in the data folder, which exists as long as the stack runs.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from activities.database_url import checked

if TYPE_CHECKING:
    from temporalio.envconfig import ClientConnectConfig

DatabaseUrl = Annotated[str, AfterValidator(checked)]

STACK_ENV = "stack.env"
HEADS_KEY = "heads-key.pem"
ENGINE_KEYS = "engine-keys"
A_RATE = r"^[1-9]\d{0,8}/[1-9]\d{0,5}$"
DEFAULT_ENGINE = "localhost:7233"
"""Where Temporal listens when nothing says otherwise, as in Temporal's own tools."""


class SettingsError(ValueError):
    """A setting is missing or does not fit. The message names the variable."""


class Settings(BaseSettings):
    """Each field is the variable `KAIFANG_<FIELD>`. An empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="KAIFANG_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # passwords
    )

    home: Path = Path("var")
    """The data folder."""
    host: str = "127.0.0.1"
    """Where the API listens."""
    port: int = 8000
    """Where the API listens."""
    database_url: DatabaseUrl
    """`postgresql://…`, password included: as whom the services write."""
    database_owner_url: DatabaseUrl | None = None
    """As whom the migration comes in, which owns the database; without it, as the services."""
    database_gate_url: DatabaseUrl | None = None
    """As whom the gate comes in; without it, as the services."""
    database_reader_url: DatabaseUrl | None = None
    """As whom API and pages read; without it, as the services."""
    reading_url: DatabaseUrl | None = None
    """A streaming standby of that database, from which tables and figures are read; without it, from the database."""
    reading_lag: float = Field(default=5, gt=0, le=600)
    """Seconds by which it may be behind; beyond them the database itself is read."""
    worker_metrics: str | None = Field(default=None, pattern=r"^[^\s/]+:\d{1,5}$")
    """Where a worker serves its figures to Prometheus, `127.0.0.1:9464`; without it, nowhere."""
    traces_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    """Where spans go by OTLP over HTTP, `http://collector:4318/v1/traces`; without it, there are none."""
    samples: bool = False
    """Whether a migration also seeds the sample catalogue and the demo accounts."""
    migration_lock_timeout: float = Field(default=3, ge=0.1, le=60)
    """Seconds for which a migration waits for a lock, and others behind it; then it pauses and tries again."""
    migration_patience: float = Field(default=600, ge=0, le=86_400)
    """Seconds within which it tries again, before it names who holds the lock and gives up."""
    pages_host: str = "127.0.0.1"
    """Where the pages listen."""
    pages_port: int = 8080
    """Where the pages listen."""
    login: Literal["demo"] | None = None
    """`demo`: whoever opens the pages is one of the demo accounts by one click; only on this machine itself. Without
    it, people log in at the issuer that `oidc_issuer` names, or not at all."""
    oidc_issuer: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    """The OpenID provider at which people log in."""
    oidc_client_id: str | None = None
    """By which the provider knows the pages."""
    oidc_client_secret_file: Path | None = None
    """The file that holds the pages' secret at the provider; without it, the pages are a public client."""
    oidc_audience: str = Field(default="urn:kaifang:api", pattern=r"^[!-~]{1,255}$")
    """For whom the provider issues tokens of the API: the `aud` that each of them has to have."""
    token_life: int | None = Field(default=None, ge=60, le=366 * 86_400)
    """Seconds that a token of the API may live at most; without it, a day for one of the provider, 30 days for one of
    the issuer that the embedded stack brings."""
    patience: float = Field(default=3, ge=0, le=60)
    """Seconds for which a caller waits for the engine, before it hears that an act is worked off later."""
    task_queue: str = "kaifang"
    """The worker's task queue in Temporal."""
    build_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    """The version that the worker is of, as the release says; without it, a digest of the code that a worker runs."""
    upgrades: Literal["at_once", "by_hand"] = "at_once"
    """`at_once`: a worker that starts is the version for all cases, and those whose version no worker runs any longer
    are started over from their logs. `by_hand`: `kaifang upgrade` says what goes where, but for the first version."""
    evidence_url: str | None = Field(default=None, pattern=r"^s3://[^/]+")
    """`s3://bucket/prefix`, where files of evidence lie; without it, the folder `evidence` in the data folder. What S3
    needs besides are the storage library's own variables, `AWS_…`."""
    scanner: str | None = Field(default=None, pattern=r"^(tcp://[^\s/:]+:\d+|unix:///\S+)$")
    """Where a clamd listens that looks into files of evidence, `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`;
    without it, files are taken and said to be not scanned."""
    issuer_public_key: Path | None = None
    """The PEM file of the Ed25519 key that signs tokens in production; without it, the key in the data folder does."""
    metrics_token_file: Path | None = None
    """The file whose content a call of `/metrics` has to carry as its bearer token; without it, the file
    `metrics-token` in the data folder, which the API makes."""
    chain_algorithm: Literal["sha256", "sm3"] = "sha256"
    """By what new events and acts are hashed; what is hashed already stays."""
    heads_key: Path | None = None
    """The PEM file of the Ed25519 key that signs the heads of each day; without it, the one in the data folder does,
    and none is signed where there is none."""
    heads_public_keys: Path | None = None
    """The PEM file of public keys that may have signed days beside that one, such as those of before."""
    heads_folder: Path | None = None
    """The folder apart to which each signed day is written; without it, `heads` in the data folder."""
    stamp_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#@]+$")
    """The time-stamp authority (RFC 3161) that stamps each signed day; without it, none is stamped."""
    stamp_roots: Path | None = Field(default=None, validate_default=True)
    """The PEM file of the certificates under which its stamps have to be; `stamp_url` needs it."""

    keys_folder: Path | None = None
    """The folder of the keys by which personal data is sealed, never in a backup of the database; without it, `keys` in
    the data folder."""

    hsm_module: Path | None = None
    """The PKCS#11 library of an HSM, whose keys wrap those of personal data; without it, files in their folder do."""
    hsm_token: str | None = Field(default=None, validate_default=True, pattern=r"^.{1,32}$")
    """The label of the token in the HSM that is this installation's alone."""
    hsm_pin_file: Path | None = Field(default=None, validate_default=True)
    """The file with the PIN of that token, which its owner alone may read, or the group of our programs too."""

    engine_keys: Path | None = None
    """The file of the keys that seal what the engine keeps, one a line in base64, the first of which seals; without
    it, the one in the data folder does, and where there is none nothing is sealed."""
    engine_key: SecretStr | None = None
    """Those keys themselves, in place of a file."""

    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    """Where people reach the service, pages and API alike; without it, host and port of each."""
    data_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    """Where the data gateway is: the call that a grant shows begins with it, or with a word in its place."""
    mail_url: SecretStr | None = None
    """The server through which mail leaves, `mailto://` or, encrypted, `mailtos://user:password@host?from=…`; without
    it, nobody can have messages by mail."""
    channel_schemes: str = Field(default="", pattern=r"^([a-z0-9]+(,[a-z0-9]+)*)?$")
    """Further schemes of the notification library that a channel may have, separated by commas, such as `slack,tgram`.
    Some send wherever the address says, so each is a decision of whoever runs the system."""
    messages_kept_years: int | None = Field(default=None, ge=5, le=100)
    """For how many years a message that was delivered is kept, from when it was written and from the end of its case;
    without it, for ever. The law of the State lets a decision be sued over for five."""
    messages_kept_by: str | None = Field(default=None, validate_default=True, pattern=r"^\S.{0,199}$")
    """The law or order by which they need not be kept for longer; it stays on record with what went."""
    archive_after: int = Field(default=180, ge=30, le=36_500)
    """Days from the end of a case after which its log and inbox go to the archive of the year."""
    private_receivers: bool = False
    """Whether webhooks may go to private networks and this machine, and without TLS. Otherwise nobody can make the
    service call what only the service can reach."""
    trusted_proxies: str = ""
    """The networks of proxies of ours, separated by commas: only from them it is believed who calls (X-Forwarded-For).
    A gateway that asks the gate is one too."""
    rate_addresses: str = Field(default="6000/60", pattern=A_RATE)
    """How much one address may ask for: so many at once, which come back within so many seconds. A whole office can
    have one address."""
    rate_accounts: str = Field(default="3000/60", pattern=A_RATE)
    """How much one account may ask for."""
    rate_filings: str = Field(default="600/3600", pattern=A_RATE)
    """How many procedures one account may begin."""
    rate_uploads: str = Field(default="600/3600", pattern=A_RATE)
    """How many files one account may bring."""
    rate_logins: str = Field(default="300/300", pattern=A_RATE)
    """How many logins may begin or end at one address."""
    rate_tokens: str = Field(default="60/60", pattern=A_RATE)
    """How many tokens from one address may be none."""
    rate_keys: str = Field(default="60/60", pattern=A_RATE)
    """How many keys from one address may open nothing at the gate."""
    rates_times: float = Field(default=1, gt=0)
    """By how much all of these are multiplied: for measurements, and for who has more people behind one address."""

    @classmethod
    def load(cls) -> Self:
        """The settings of this process. Raises SettingsError, which names each variable that is missing or wrong."""
        home = Path(os.environ.get("KAIFANG_HOME") or "var")
        try:
            return cls(_env_file=home / STACK_ENV)
        except ValidationError as error:
            problems = [f"KAIFANG_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
            raise SettingsError(f"{'; '.join(problems)} (no stack runs with the data folder {home})") from error

    @field_validator("stamp_roots")
    @classmethod
    def _stamps_are_checked(cls, roots: Path | None, known: ValidationInfo) -> Path | None:
        if roots is None and known.data.get("stamp_url"):
            raise ValueError("stamps of KAIFANG_STAMP_URL are checked by these certificates")
        return roots

    @field_validator("hsm_token", "hsm_pin_file")
    @classmethod
    def _are_needed_by_the_hsm(cls, given: str | Path | None, known: ValidationInfo) -> str | Path | None:
        if given is None and known.data.get("hsm_module"):
            raise ValueError("the HSM of KAIFANG_HSM_MODULE is not reached without it")
        return given

    @field_validator("messages_kept_by")
    @classmethod
    def _nothing_goes_without_a_reason(cls, given: str | None, known: ValidationInfo) -> str | None:
        if given is None and known.data.get("messages_kept_years"):
            raise ValueError("messages go on a basis that is named (KAIFANG_MESSAGES_KEPT_YEARS)")
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, written: str) -> str:
        for each in filter(None, written.split(",")):
            ip_network(each.strip(), strict=False)
        return written

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks whose word on who calls is believed."""
        return tuple(ip_network(each.strip(), strict=False) for each in filter(None, self.trusted_proxies.split(",")))

    @property
    def owner_url(self) -> str:
        """The owner's way into PostgreSQL."""
        return self.database_owner_url or self.database_url

    @property
    def gate_url(self) -> str:
        """The gate's way into PostgreSQL."""
        return self.database_gate_url or self.database_url

    @property
    def reader_url(self) -> str:
        """The way into PostgreSQL of what is only read."""
        return self.database_reader_url or self.database_url

    @property
    def signing_key_file(self) -> Path:
        """The private key with which demo tokens are signed."""
        return self.home / "signing-key.pem"

    @property
    def metrics_secret_file(self) -> Path:
        """The secret that a call of `/metrics` carries."""
        return self.metrics_token_file or self.home / "metrics-token"

    @property
    def heads_key_file(self) -> Path:
        """The private key that signs the heads of each day, if it is there."""
        return self.heads_key or self.home / HEADS_KEY

    @property
    def engine_keys_file(self) -> Path:
        """The keys that seal what the engine keeps, if it is there."""
        return self.engine_keys or self.home / ENGINE_KEYS

    @property
    def heads_apart(self) -> Path:
        """Where signed days lie apart from the database."""
        return self.heads_folder or self.home / "heads"

    @property
    def receipts_apart(self) -> Path:
        """Where what callers were answered lies apart from the database."""
        return self.home / "receipts"

    def rate_of(self, limit: str) -> str:
        """The rate of a limit, as it is written."""
        return str(getattr(self, f"rate_{limit}"))

    @property
    def keys_apart(self) -> Path:
        """Where the keys of personal data lie, apart from the database."""
        return self.keys_folder or self.home / "keys"

    @property
    def base_url(self) -> str:
        """What the addresses of the API begin with; no slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def pages_url(self) -> str:
        """What the addresses of the pages begin with, in messages too; no slash at the end."""
        return (self.public_url or f"http://{self.pages_host}:{self.pages_port}").rstrip("/")

    def temporal(self) -> ClientConnectConfig:
        """Arguments of `Client.connect`, by the SDK's own rules for `TEMPORAL_…` variables and configuration file."""
        # Not at the top: a command that needs no engine does not load its library.
        from temporalio.envconfig import ClientConfig

        stack = {name: value for name, value in dotenv_values(self.home / STACK_ENV).items() if value is not None}
        config = ClientConfig.load_client_connect_config(override_env_vars={**stack, **os.environ})
        config.setdefault("target_host", DEFAULT_ENGINE)
        return config
