"""Whether the domain of a From address says who may send for it: SPF, DKIM, DMARC.

Gmail, Yahoo and Outlook.com ask for all three from those who send to many. Only shown: what the
DNS says to us now is no reason to hold mail up.
"""

from collections.abc import Callable, Iterator

from newsletter.linting.findings import Finding, Rule, warning

TextRecords = Callable[[str], list[str] | None]
"""The TXT records of a name; empty where there are none, None where the DNS cannot be asked."""

# RFC 2606 and 6761: names that are never in the DNS.
RESERVED = frozenset({"example", "invalid", "localhost", "test", "local", "internal"})


def check_domain(address: str, selector: str, records: TextRecords) -> list[Finding]:
    """What the domain lacks; nothing where the DNS cannot be asked.

    Args:
        selector: of the DKIM key that we sign with; empty: somebody else signs, or nobody.
    """
    domain = address.rpartition("@")[2].lower()
    if domain.rpartition(".")[2] in RESERVED:
        return []
    return [warning(Rule.DOMAIN, message) for message in _lacking(domain, selector, records)]


def _lacking(domain: str, selector: str, records: TextRecords) -> Iterator[str]:
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
    """Whether the domain, or one it is part of, has a policy (RFC 7489, 6.6.3), or may have."""
    labels = domain.split(".")
    parents = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    for parent in parents:
        found = records(f"_dmarc.{parent}")
        if found is None or any(record.lower().startswith("v=dmarc1") for record in found):
            return True
    return False
