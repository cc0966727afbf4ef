"""The composition root: picks implementations and wires them together."""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from newsletter.clock import Clock, SystemClock
from newsletter.config.loading import check_config, database_url, read_file
from newsletter.config.options import Config
from newsletter.config.references import dangling_references
from newsletter.database import Database, parse_url
from newsletter.errors import ConfigurationError, NewsletterError, SendingRefused
from newsletter.logging import EventLogger
from newsletter.private_files import sqlite_files
from newsletter.settings.store import read_settings
from newsletter.tokens.signing import Signer, check_secret
from newsletter.transports.base import Mail, Outcome, Transport

# What only some commands need is imported where it is made: a command that lists articles does not
# wait for templates, CSS and the sender.
if TYPE_CHECKING:
    from newsletter.delivery.alarms import Alarm
    from newsletter.delivery.cluster.hand_out import Cluster
    from newsletter.delivery.ledger.models import Notice
    from newsletter.delivery.sending.engine import Engine
    from newsletter.delivery.staff_mail import StaffMail
    from newsletter.delivery.transactional import MailContext
    from newsletter.editions.composing.preflight import Preflight
    from newsletter.linting.domain import TextRecords
    from newsletter.rendering.encoding.dkim import DkimKey
    from newsletter.rendering.pictures import PictureEmbedder
    from newsletter.rendering.renderer import Renderer
    from newsletter.subscriptions.notices import NoticeSender
    from newsletter.tokens.links import LinkSigners
    from subscribers.models import Subscriber

log = EventLogger(__name__)


class Newsletter:
    """One site: configuration, database, clock, and the objects built from them on demand."""

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
            database: the configured one, if open already.
            settings_version: the version of the stored settings in the configuration.
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
        """The site of a configuration file and the settings in its database.

        Raises:
            ConfigurationError: file or settings cannot be used.
            StorageError: the database does not answer.
        """
        raw = read_file(path)
        return cls._read(raw, path, SystemClock(), Database(database_url(raw, path)))

    def reread(self) -> "Newsletter":
        """The site with file and settings read again, on the same open database.

        Raises: as `from_file`.
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
        """The environment variables that options may come from."""
        return os.environ

    @cached_property
    def database(self) -> Database:
        return Database(self.config.database.url)

    def private_paths(self) -> list[Path]:
        """Files and folders that only their owner may read."""
        url, files = parse_url(self.config.database.url), []
        if url.get_backend_name() == "sqlite" and url.database:
            files += sqlite_files(Path(url.database))
        files.append(Path(self.config.sending.state_folder))
        if self.config.web.caught_mails:
            files.append(Path(self.config.web.caught_mails))
        return files

    @cached_property
    def renderer(self) -> "Renderer":
        from newsletter.config.theme import Theme
        from newsletter.rendering.renderer import Renderer
        from newsletter.rendering.templates import Templates

        return Renderer(
            Templates(self.config.templates.folder, Theme.of(self.config.theme)),
            self.config.site.base_url,
            self._pictures(),
        )

    def _pictures(self) -> "PictureEmbedder | None":
        from newsletter.rendering.picture_reader import PictureReader
        from newsletter.rendering.pictures import PictureEmbedder
        from newsletter.rendering.templates import web_folders

        theme, base_url = self.config.theme, self.config.site.base_url
        if theme.images == "absolute":
            return None
        reader = PictureReader(
            base_url=base_url,
            static_folders=[f / "static" for f in web_folders(self.config.templates.folder)],
            max_bytes=theme.image_bytes,
            stored=self._stored_picture,
        )
        others = (*theme.image_sources, *([theme.logo] if theme.logo else []))
        return PictureEmbedder(base_url, others, reader.read)

    def _stored_picture(self, address: str) -> bytes | None:
        from newsletter.media import store
        from newsletter.media.urls import hash_in

        content_hash = hash_in(address, self.config.site.base_url)
        if content_hash is None:
            return None
        with self.database.read() as session:
            rendition = store.rendition(session, content_hash)
        return rendition.content if rendition else None

    @cached_property
    def engine(self) -> "Engine":
        from newsletter.delivery.sending.context import SendingContext
        from newsletter.delivery.sending.engine import Engine
        from newsletter.tokens.envelope import signed_envelopes

        context = SendingContext(
            database=self.database,
            options=self.config.sending,
            clock=self.clock,
            links=self.link_signers,
            dkim=self.dkim_keys,
            limits=self.config.limits,
            routes=self.config.routes,
            envelopes=signed_envelopes(self.config.feedback, self.secret),
            alarm=self.send_alarm,
        )
        return Engine(context, self.renderer, self.preflight, self.transport)

    @cached_property
    def cluster(self) -> "Cluster | None":
        """The task queue for workers; None without a broker.

        Raises:
            ConfigurationError: the broker or the database cannot be used for a cluster.
        """
        if not self.config.cluster.broker.get_secret_value():
            return None
        from newsletter.delivery.cluster.hand_out import Cluster

        if self.database.is_sqlite:
            raise ConfigurationError(
                "cluster.broker is set, but database.url is SQLite, which only one machine can "
                "write to; use PostgreSQL, or leave cluster.broker empty"
            )
        return Cluster(self.config.cluster, self.engine)

    @cached_property
    def preflight(self) -> "Preflight":
        from newsletter.editions.composing.preflight import Preflight
        from newsletter.http_client.fetching import status_of

        selectors = {s.address: s.dkim_selector for s in self.config.senders.values()}
        return Preflight(self.config.lint, selectors, ask=status_of, records=self.text_records)

    @cached_property
    def text_records(self) -> "TextRecords":
        """Looks TXT records up in the DNS."""
        from newsletter.linting.dns import text_records

        return text_records

    @cached_property
    def dkim_keys(self) -> "dict[str, DkimKey]":
        """DKIM keys by From address.

        Raises:
            ConfigurationError: a key cannot be used.
        """
        from newsletter.rendering.encoding.dkim import DkimKey

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
        """The site's secret key.

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
    def link_signers(self) -> "LinkSigners":
        from newsletter.tokens.links import LinkSigners

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
            from newsletter.transports.registry import load_transport

            self._transports[name] = load_transport(name, table, self.path)
        return self._transports[name]

    def check(self) -> None:
        """Validate what is otherwise only loaded on use: transports, cluster, references.

        Raises:
            ConfigurationError: one of them is invalid.
        """
        check_secret(self.secret)
        for name in self.config.transports:
            self.transport(name)
        _ = self.cluster
        from newsletter.transports.compatibility import incompatibilities

        for problem in (*dangling_references(self.config), *incompatibilities(self.config)):
            raise ConfigurationError(problem)

    def hand_over(self, transport: str, mails: Sequence[Mail]) -> dict[int, Outcome]:
        """Send mails outside the ledger (tests, notices, alarms); their outcomes by key.

        The transports of a route are tried in order, each with the mails that were only deferred.
        """
        from newsletter.delivery.hand_over import hand_over

        return hand_over(self.transport, self.config.routes, transport, mails)

    def send_alarm(self, alarm: "Alarm") -> None:
        """Mail an alarm to the administrators; a failure is logged, not raised."""
        if self.config.alarms.address:
            self.mail_alarm(alarm, self.config.alarms.address)

    def mail_alarm(self, alarm: "Alarm", address: str) -> None:
        """Mail an alarm or a request for approval to one address; a failure is logged, not raised.

        Falls back to the usual transport.
        """
        names = dict.fromkeys((self.config.alarms.transport, self.config.sending.transport))
        for transport in filter(None, names):
            if self._is_alarm_sent(alarm, address, transport):
                return

    def _is_alarm_sent(self, alarm: "Alarm", address: str, transport: str) -> bool:
        from newsletter.delivery.alarms import alarm_mail
        from newsletter.delivery.ledger.reasons import describe_error
        from newsletter.delivery.outcome_recorder import is_accepted

        mail_context = self._mail_context(self.config.bulletins.sender)
        mail = alarm_mail(alarm, address, mail_context, self.clock.now())
        try:
            outcome = self.hand_over(transport, [mail]).get(mail.key)
            answer = outcome.response if outcome else "no answer"
        except Exception as error:  # noqa: BLE001 - an alarm must not fail its caller
            outcome, answer = None, describe_error(error)
        if is_accepted(outcome):
            return True
        log.error("alarm not mailed", title=alarm.title, transport=transport, answer=answer)
        return False

    def mail_staff(self, mail: "StaffMail", address: str) -> bool:
        """Mail a staff member; whether a transport took it. Why not is in the log."""
        from newsletter.delivery.outcome_recorder import is_accepted
        from newsletter.delivery.staff_mail import staff_mail

        try:
            mail_context = self._mail_context(self.config.bulletins.sender)
            encoded_mail = staff_mail(mail, address, mail_context, self.clock.now())
            outcomes = self.hand_over(self.config.sending.transport, [encoded_mail])
        except NewsletterError as error:
            log.warning("staff not mailed", title=mail.title, reason=str(error))
            return False
        return is_accepted(outcomes.get(encoded_mail.key))

    @cached_property
    def notices(self) -> "NoticeSender":
        """Sends transactional mails to subscribers."""
        from newsletter.subscriptions.notices import NoticeSender

        return NoticeSender(
            self.database, self.clock, self._notice, self._hand_over_notice, self.send_alarm
        )

    def _notice(self, session: Session, notice: "Notice", subscriber: "Subscriber") -> Mail:
        from newsletter.subscriptions.notice_kinds import NoticeContext, notice_mail

        context = NoticeContext(
            config=self.config, signer=self.signer, links=self.link_signers, now=self.clock.now()
        )
        mail_context = self._mail_context(self.config.joining.sender)
        return notice_mail(session, notice, subscriber, context, mail_context)

    def _hand_over_notice(self, mail: Mail) -> Outcome | None:
        return self.hand_over(self.config.sending.transport, [mail]).get(mail.key)

    def _mail_context(self, sender: str) -> "MailContext":
        from newsletter.delivery.transactional import MailContext
        from newsletter.editions.composing.masthead import masthead

        values = masthead(self.config, sender)
        key = self.dkim_keys.get(values["sender"]["address"])
        return MailContext(masthead=values, renderer=self.renderer, key=key)

    def edition_page(self, edition_id: int, key: str) -> str:
        """The view-online page of an edition that has begun to go out.

        Raises:
            ResourceNotFound: no such edition, not sent yet, or the key is wrong.
        """
        from newsletter.editions import store as editions

        with self.database.read() as session:
            return editions.page_of(session, edition_id, key).web_html

    def close(self) -> None:
        if self.__dict__.get("cluster"):
            self.__dict__["cluster"].close()
        if "database" in self.__dict__:
            self.database.close()
