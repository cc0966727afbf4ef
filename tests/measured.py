"""Which tests are measured: those that run every line and branch of the pure modules.

They run by themselves (`--measured only`), so that what is imported or cached once in a process
is so in a measured test. A traced test takes twice as long as another.
"""

from pathlib import Path
from typing import Final

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
        "newsletter/articles/test_shared_ids.py",
        "newsletter/articles/test_unique_names.py",
        "newsletter/articles/test_withdrawing_import.py",
        "newsletter/config/test_durations.py",
        "newsletter/config/test_theme.py",
        "newsletter/delivery/ledger/test_settlement.py",
        "newsletter/delivery/ledger/test_shares.py",
        "newsletter/delivery/limits/test_quotas.py",
        "newsletter/editions/digests/test_schedule.py",
        "newsletter/editions/digests/test_sections.py",
        "newsletter/editions/test_dates.py",
        "newsletter/editions/test_lifecycle.py",
        "newsletter/linting",
        "newsletter/rendering/encoding",
        "newsletter/rendering/plaintext",
        "newsletter/rendering/test_article_html.py",
        "newsletter/rendering/test_fit_to_size.py",
        "newsletter/tokens",
        "newsletter/transports/postmark",
        "newsletter/transports/smtp/test_envelope.py",
        "newsletter/transports/smtp/test_features.py",
        "newsletter/transports/smtp/test_replies.py",
        "newsletter/transports/test_envelope_addresses.py",
        "subscribers/importing",
        "subscribers/test_addresses.py",
    )
)


def is_measured(test: Path) -> bool:
    """Whether the tests of a file are."""
    return any(test.is_relative_to(path) for path in MEASURED)
