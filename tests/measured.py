"""Which tests `--cov` measures: those that run every line and branch of the pure modules.

A traced test takes twice as long, and of the others scripts/pure-coverage asks nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from coverage import Coverage

FOLDER: Final = Path(__file__).parent
MEASURED: Final = tuple(
    FOLDER / path
    for path in (
        "newsletter/articles/test_dates.py",
        "newsletter/articles/test_html_cleanup.py",
        "newsletter/articles/test_identity.py",
        "newsletter/articles/test_matching.py",
        "newsletter/articles/test_odd_dates.py",
        "newsletter/articles/test_record_import.py",
        "newsletter/articles/test_sanitising.py",
        "newsletter/config",
        "newsletter/delivery/ledger/test_settlement.py",
        "newsletter/delivery/ledger/test_shares.py",
        "newsletter/delivery/limits/test_quotas.py",
        "newsletter/editions",
        "newsletter/linting",
        "newsletter/rendering",
        "newsletter/tokens",
        "newsletter/transports/postmark",
        "newsletter/transports/smtp/test_catalogue.py",
        "newsletter/transports/smtp/test_envelope.py",
        "newsletter/transports/smtp/test_features.py",
        "newsletter/transports/smtp/test_replies.py",
        "newsletter/transports/test_addresses.py",
        "subscribers/importing",
        "subscribers/test_addresses.py",
    )
)


def is_measured(test: Path) -> bool:
    """Whether the tests of a file are."""
    return any(test.is_relative_to(path) for path in MEASURED)


@contextmanager
def unmeasured() -> Iterator[None]:
    """Nothing is measured meanwhile, if anything is."""
    running = Coverage.current()
    if running is None:
        yield
        return
    running.stop()
    try:
        yield
    finally:
        running.start()
