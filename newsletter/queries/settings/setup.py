"""The steps of set-up that a new site still lacks, and the DNS records of its senders."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.editions.models import Edition, EditionState
from newsletter.linting.domain import TextRecords, is_public
from newsletter.rendering.encoding.dkim import DkimKey
from newsletter.staff import audit
from newsletter.staff.audit import Filters

SHIPPED_NAME = "Our newsletter"
SHIPPED_DOMAINS = ("example.org", "example.com")
TESTED = "test_mails"
SENDER = "sender"


@dataclass(frozen=True, kw_only=True)
class SetupStep:
    """One step of the set-up."""

    name: str
    title: str
    words: str
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class DnsRecord:
    """A TXT record that a sender's domain should have."""

    kind: str
    """"SPF", "DKIM" or "DMARC"."""
    name: str
    value: str
    """To be copied, unless there is one already."""
    found: str
    """What stands there; empty: nothing."""
    is_right: bool | None
    """None where the DNS does not answer."""
    words: str


def steps(session: Session, config: Config) -> Sequence[SetupStep]:
    """What a new site needs, in order."""
    imprint = config.site.imprint
    address = next(iter(config.senders.values())).address if config.senders else ""
    has_sender = bool(address) and not address.endswith(SHIPPED_DOMAINS)
    return (
        SetupStep(
            name="site",
            title="Name, address and time zone",
            words="What it is called, where it is, and in which zone times are told.",
            is_done=config.site.name != SHIPPED_NAME,
        ),
        SetupStep(
            name="imprint",
            title="Imprint",
            words="Who promotes it, with a postal address. Without it no mail is sent.",
            is_done=bool(imprint.promoter and imprint.promoter_address),
        ),
        SetupStep(
            name=SENDER,
            title="Sender and its DNS records",
            words="Whom mail is from, and the records that make mailboxes believe it.",
            is_done=has_sender,
        ),
        SetupStep(
            name="transport",
            title="How mail leaves, with a test",
            words="The mail server, and a real mail to yourself.",
            is_done=_is_tested(session),
        ),
        SetupStep(
            name="digest",
            title="The first digest",
            words="When it goes out, and what it tells.",
            is_done=bool(config.digests),
        ),
        SetupStep(
            name="form",
            title="The sign-up form",
            words="A link or a form for your own pages.",
            is_done=config.joining.is_open,
        ),
    )


def _is_tested(session: Session) -> bool:
    """Whether a test mail, or an edition, was ever taken."""
    sent = select(Edition.id).where(Edition.state == EditionState.SENT).limit(1)
    if session.scalar(sent) is not None:
        return True
    lines = audit.page(session, Filters(action=TESTED), limit=20)
    return any(line.details.get("mails") for line in lines)


def dns_records(
    address: str, key: DkimKey | None, mail_host: str, records: TextRecords
) -> Sequence[DnsRecord]:
    """The SPF, DKIM and DMARC records of a sender, looked up now.

    Args:
        key: what mail is signed with; None: another system signs, or nobody.
        mail_host: of the mail server; empty: unknown.
        records: looks TXT records up.
    """
    domain = address.rpartition("@")[2].lower()
    if not is_public(address):
        records = _never_public
    wanted_spf = f"v=spf1 {f'a:{mail_host} ' if mail_host else ''}mx ~all"
    wanted_dmarc = f"v=DMARC1; p=none; rua=mailto:{address}"
    dns_records = [
        _looked_up("SPF", domain, wanted_spf, "v=spf1", records),
        _looked_up("DMARC", f"_dmarc.{domain}", wanted_dmarc, "v=dmarc1", records),
    ]
    if key is not None:
        dns_records.insert(1, _looked_up("DKIM", key.record_name, key.record, "v=dkim1", records))
    return dns_records


def _never_public(_name: str) -> list[str]:
    """No records: names of examples and local ones are not in the public DNS."""
    return []


def _looked_up(kind: str, name: str, value: str, beginning: str, records: TextRecords) -> DnsRecord:
    answer = records(name)
    right = [one for one in answer or () if one.lower().replace(" ", "").startswith(beginning)]
    if answer is None:
        is_right, words = None, "The DNS does not answer at the moment; look again later."
    elif len(right) > 1 and kind == "SPF":
        is_right, words = False, f"There are {len(right)}, which counts as none; keep one."
    elif right:
        is_right, words = True, "It is there."
    else:
        is_right, words = False, "It is missing. Add this as a TXT record:"
    return DnsRecord(
        kind=kind, name=name, value=value, found=" ".join(right), is_right=is_right, words=words
    )
