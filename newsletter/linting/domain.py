"""SPF, DKIM and DMARC records of a From domain.

Gmail, Yahoo and Outlook.com require all three of bulk senders. Warnings only: the current DNS view
is no reason to stop a mail.
"""

from collections.abc import Callable, Iterator

from newsletter.linting.findings import Finding, Rule, warning

TextRecords = Callable[[str], list[str] | None]
"""The TXT records of a name; empty without any, None if the DNS does not answer."""

# Special-use names, never in the public DNS (RFC 2606, RFC 6761).
RESERVED = frozenset({"example", "invalid", "localhost", "test", "local", "internal"})


def is_public(address: str) -> bool:
    """Whether the domain of an address can be in the public DNS."""
    return address.rpartition("@")[2].rpartition(".")[2].lower() not in RESERVED


def check_domain(address: str, selector: str, records: TextRecords) -> list[Finding]:
    """Missing records; nothing if the DNS does not answer.

    Args:
        selector: of our DKIM key; empty: another system signs, or nobody.
    """
    if not is_public(address):
        return []
    domain = address.rpartition("@")[2].lower()
    return [
        warning(Rule.DOMAIN, message) for message in _missing_records(domain, selector, records)
    ]


def _missing_records(domain: str, selector: str, records: TextRecords) -> Iterator[str]:
    spf = records(domain)
    if spf is None:
        return
    policies = [record for record in spf if record.lower().startswith("v=spf1")]
    if not policies:
        yield f"{domain} has no SPF record; add one that names your mail server (RFC 7208)"
    elif len(policies) > 1:
        yield f"{domain} has {len(policies)} SPF records, which counts as none; keep one"
    if selector:
        yield from _dkim(f"{selector}._domainkey.{domain}", records)
    if not _dmarc(domain, records):
        yield (
            f"{domain} has no DMARC record; add one at _dmarc.{domain}, "
            "to begin with: v=DMARC1; p=none"
        )


def _dkim(name: str, records: TextRecords) -> Iterator[str]:
    keys = records(name)
    if keys is None:
        return
    if not any("p=" in record for record in keys):
        yield f"the public DKIM key is not at {name}; newsletter check shows the record to add"
    elif any(record.replace(" ", "").endswith("p=") for record in keys):
        yield f"the DKIM key at {name} is revoked (p= is empty); publish the one you sign with"


def _dmarc(domain: str, records: TextRecords) -> bool:
    """Whether the domain or a parent has a policy (RFC 7489, 6.6.3), or the DNS does not answer."""
    labels = domain.split(".")
    parents = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    for parent in parents:
        policies = records(f"_dmarc.{parent}")
        if policies is None or any(record.lower().startswith("v=dmarc1") for record in policies):
            return True
    return False
