"""TXT records from the DNS; dnspython behind one function."""

import dns.exception
import dns.resolver

SECONDS = 3.0


def text_records(name: str) -> list[str] | None:
    """The TXT records of a name; empty without any, None if the DNS does not answer."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
