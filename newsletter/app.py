"""The composition root: the only place that picks implementations and wires them together."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from newsletter.clock import Clock, SystemClock
from newsletter.config.loading import check_config, database_url, read_file
from newsletter.config.options import Config
from newsletter.config.references import dangling
from newsletter.config.theme import Theme
from newsletter.database import Database, parse_url
from newsletter.delivery.alarms import Alarm, alarm_mail
from newsletter.delivery.cluster.hand_out import Cluster
from newsletter.delivery.ledger import reasons
from newsletter.delivery.ledger.models import Notice
from newsletter.delivery.ledger.shares import transports_of
from newsletter.delivery.sending.batch import INTERRUPTED
from newsletter.delivery.sending.context import SendingContext
from newsletter.delivery.sending.engine import Engine
from newsletter.delivery.transactional import MailContext
from newsletter.editions import store as editions
from newsletter.editions.composing.masthead import masthead
from newsletter.editions.composing.preflight import Preflight
from newsletter.errors import (
    ConfigurationError,
    SendingRefused,
)
from newsletter.fetching import status_of
from newsletter.linting.dns import text_records
from newsletter.private_files import sqlite_files
from newsletter.rendering.encoding.dkim import DkimKey
from newsletter.rendering.picture_reader import PictureReader
from newsletter.rendering.pictures import PictureEmbedder
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.templates import Templates, web_folders
from newsletter.settings.store import read_settings
from newsletter.subscriptions.notice_kinds import NoticeContext, notice_mail
from newsletter.subscriptions.notices import NoticeSender
from newsletter.tokens.links import LinkSigners
from newsletter.tokens.signing import Signer, check_secret
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Transport,
    TransportStopped,
)
from newsletter.transports.registry import load_transport
from subscribers.models import Subscriber

log = structlog.get_logger()


class Newsletter:
    """One site: its configuration, database, clock, and what is built from them on demand."""

    def __init__(
        self,
        config: Config,
        path: Path,
        clock: Clock | None = None,
        *,
        database: Database | None = None,
        settings_version: int = 0,
    ) -> None:
        """
        Args:
            path: the configuration file, for messages and for secrets beside it.
            database: that of the configuration where it is open already.
            settings_version: of the stored settings that the configuration was read with.
        """
        self.config = config
        self.path = path
        self.clock: Clock = clock or SystemClock()
        self.settings_version = settings_version
        self._transports: dict[str, Transport] = {}
        if database is not None:
            self.database = database

    @classmethod
    def from_file(cls, path: Path) -> "Newsletter":
        """The site of a file and the settings in its database.

        Raises:
            ConfigurationError: file or settings cannot be used.
            StorageError: the database does not answer.
        """
        raw = read_file(path)
        return cls._read(raw, path, SystemClock(), Database(database_url(raw, path)))

    def reread(self) -> "Newsletter":
        """The same site with the file and the settings as they are now, on the same database.

        Raises: as from_file.
        """
        return self._read(read_file(self.path), self.path, self.clock, self.database)

    @classmethod
    def _read(
        cls, raw: Mapping[str, Any], path: Path, clock: Clock, database: Database
    ) -> "Newsletter":
        stored = read_settings(database)
        config = check_config(raw, path, stored=stored.values)
        return cls(config, path, clock, database=database, settings_version=stored.version)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that options may come from."""
        return os.environ

    @cached_property
    def database(self) -> Database:
        return Database(self.config.database.url)

    def private_paths(self) -> list[Path]:
        """The files and folders that only their owner is to read."""
        url, found = parse_url(self.config.database.url), []
        if url.get_backend_name() == "sqlite" and url.database:
            found += sqlite_files(Path(url.database))
        found.append(Path(self.config.sending.state_folder))
        if self.config.web.caught_mails:
            found.append(Path(self.config.web.caught_mails))
        return found

    @cached_property
    def renderer(self) -> Renderer:
        return Renderer(
            Templates(self.config.templates.folder, Theme.of(self.config.theme)),
            self.config.site.base_url,
            self._pictures(),
        )

    def _pictures(self) -> PictureEmbedder | None:
        theme, base_url = self.config.theme, self.config.site.base_url
        if theme.images == "absolute":
            return None
        reader = PictureReader(
            base_url=base_url,
            static_folders=[f / "static" for f in web_folders(self.config.templates.folder)],
            largest_bytes=theme.image_bytes,
        )
        others = (*theme.image_sources, *([theme.logo] if theme.logo else []))
        return PictureEmbedder(base_url, others, reader.read)

    @cached_property
    def engine(self) -> Engine:
        context = SendingContext(
            database=self.database,
            options=self.config.sending,
            clock=self.clock,
            links=self.link_signers,
            dkim=self.dkim_keys,
            limits=self.config.limits,
            routes=self.config.routes,
            alarm=self.tell,
        )
        return Engine(context, self.renderer, self.preflight, self.transport)

    @cached_property
    def cluster(self) -> Cluster | None:
        """What hands out to other machines; None where this one sends by itself.

        Raises:
            ConfigurationError: the broker or the database cannot be used for it.
        """
        if not self.config.cluster.broker.get_secret_value():
            return None
        if self.database.is_sqlite:
            raise ConfigurationError(
                "cluster.broker is set, but database.url is SQLite, which only one machine can "
                "write to; use PostgreSQL, or leave cluster.broker empty"
            )
        return Cluster(self.config.cluster, self.engine)

    @cached_property
    def preflight(self) -> Preflight:
        selectors = {s.address: s.dkim_selector for s in self.config.senders.values()}
        return Preflight(self.config.lint, selectors, ask=status_of, records=text_records)

    @cached_property
    def dkim_keys(self) -> dict[str, DkimKey]:
        """What mail is signed with, by From address.

        Raises:
            ConfigurationError: a key cannot be used.
        """
        return {
            sender.address: DkimKey(
                sender.dkim_domain or sender.address.rpartition("@")[2],
                sender.dkim_selector,
                sender.dkim_key.get_secret_value(),
            )
            for sender in self.config.senders.values()
            if sender.dkim_selector
        }

    @property
    def secret(self) -> str:
        """The site's secret.

        Raises:
            ConfigurationError: there is none.
        """
        secret = self.config.site.secret_key.get_secret_value()
        if not secret:
            raise ConfigurationError(
                "site.secret_key is missing; set it in the file, in site.secret_key_file or as "
                "NEWSLETTER_SITE_SECRET_KEY (newsletter init makes one)"
            )
        return secret

    def signer(self, purpose: str) -> Signer:
        return Signer(self.secret, purpose)

    @cached_property
    def link_signers(self) -> LinkSigners:
        return LinkSigners(self.secret)

    def transport(self, name: str) -> Transport:
        """The configured transport of this name, made once.

        Raises:
            SendingRefused: there is no such transport.
            ConfigurationError: its table is wrong.
        """
        if name not in self._transports:
            table = self.config.transports.get(name)
            if table is None:
                raise SendingRefused(
                    f"there is no transport {name!r}; add a table [transports.{name}] with its kind"
                )
            self._transports[name] = load_transport(name, table, self.path)
        return self._transports[name]

    def check(self) -> None:
        """Look at what is read late otherwise: transports, cluster, the digests' references.

        Raises:
            ConfigurationError: something named is not there.
        """
        check_secret(self.secret)
        for name in self.config.transports:
            self.transport(name)
        _ = self.cluster
        for problem in dangling(self.config):
            raise ConfigurationError(problem)

    def hand_over(self, transport: str, mails: Sequence[Mail]) -> dict[int, Outcome]:
        """Send mails that are in no ledger (tests, notices); what became of each.

        By a route, its transports are tried in turn for what the one before did surely not take.
        """
        outcomes = Outcomes()
        *others, last = transports_of(self.config.routes, transport)
        for name in others:
            with suppress(TransportStopped):
                self._send_once(name, mails, outcomes)
        self._send_once(last, mails, outcomes)
        return outcomes.found

    def _send_once(self, transport: str, mails: Sequence[Mail], outcomes: "Outcomes") -> None:
        """Send those mails that surely no transport has taken yet.

        Whatever a transport raises, a mail that it had begun is in doubt.
        """
        left = [mail for mail in mails if outcomes.may_go(mail.key)]
        if not left:
            return
        with self.transport(transport).open() as session:
            try:
                session.send(left, outcomes)
            except TransportStopped:
                raise
            except Exception as error:
                if not outcomes.doubt_begun(reasons.describe_error(error)):
                    raise

    def tell(self, alarm: Alarm) -> None:
        """Mail an alarm to the administrators; that it cannot be mailed is logged, not raised.

        By the usual transport where the alarms' own cannot take it.
        """
        if not self.config.alarms.address:
            return
        ways = dict.fromkeys((self.config.alarms.transport, self.config.sending.transport))
        for transport in filter(None, ways):
            if self._is_told(alarm, transport):
                return

    def _is_told(self, alarm: Alarm, transport: str) -> bool:
        mail_context = self._mail_context(self.config.bulletins.sender)
        mail = alarm_mail(alarm, self.config.alarms.address, mail_context, self.clock.now())
        try:
            outcome = self.hand_over(transport, [mail]).get(mail.key)
            answer = outcome.response if outcome else "no answer"
        except Exception as error:  # noqa: BLE001 - what is to be told must not fail by its telling
            outcome, answer = None, reasons.describe_error(error)
        if is_accepted(outcome):
            return True
        log.error("alarm not mailed", title=alarm.title, transport=transport, answer=answer)
        return False

    @cached_property
    def notices(self) -> NoticeSender:
        """What sends the mails that belong to no edition."""
        return NoticeSender(
            self.database, self.clock, self._notice, self._hand_over_notice, self.tell
        )

    def _notice(self, session: Session, notice: Notice, subscriber: Subscriber) -> Mail:
        context = NoticeContext(
            config=self.config, signer=self.signer, links=self.link_signers, now=self.clock.now()
        )
        mail_context = self._mail_context(self.config.joining.sender)
        return notice_mail(session, notice, subscriber, context, mail_context)

    def _hand_over_notice(self, mail: Mail) -> Outcome | None:
        return self.hand_over(self.config.sending.transport, [mail]).get(mail.key)

    def _mail_context(self, sender: str) -> MailContext:
        values = masthead(self.config, sender)
        key = self.dkim_keys.get(values["sender"]["address"])
        return MailContext(masthead=values, renderer=self.renderer, key=key)

    def edition_page(self, edition_id: int, key: str) -> str:
        """The view-online page of an edition that has begun to go out.

        Raises:
            ResourceNotFound: there is none, it is not out yet, or needs another key.
        """
        with self.database.read() as session:
            return editions.page_of(session, edition_id, key).web_html

    def close(self) -> None:
        if self.__dict__.get("cluster"):
            self.__dict__["cluster"].close()
        if "database" in self.__dict__:
            self.database.close()


class Outcomes:
    """Remembers the outcomes of mails outside the ledger."""

    def __init__(self) -> None:
        self.found: dict[int, Outcome] = {}
        self._begun: set[int] = set()

    def handing_over(self, key: int) -> None:
        self._begun.add(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        self._begun.discard(key)
        self.found[key] = outcome

    def doubt_begun(self, why: str) -> bool:
        """Mark what was begun and not answered as in doubt; whether there was any."""
        begun = tuple(self._begun)
        for key in begun:
            self.settled(key, InDoubt(response=f"{INTERRUPTED}: {why}"))
        return bool(begun)

    def may_go(self, key: int) -> bool:
        """Whether no transport has taken this mail, refused it, or left it in doubt."""
        return isinstance(self.found.get(key), Deferred | None)


def is_accepted(outcome: Outcome | None) -> bool:
    return isinstance(outcome, Accepted)
