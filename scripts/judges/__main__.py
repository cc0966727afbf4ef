"""Render every kind of mail, run independent validators on it, and print their results.

Exits 1 if one found a fault. `make judges` installs what they need.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from judges import browser, markup, messages, pages, spam
from judges.sample_mails import make_all, make_key
from judges.verdicts import Verdict, print_table


def main() -> None:
    """Run the named validators, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("judges", nargs="*", help="only these")
    parser.add_argument("--screenshots", type=Path, help="keep pictures of the mails in a folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        key = make_key()
        mails = make_all(Path(folder), key)
        judges: dict[str, Callable[[], list[Verdict]]] = {
            "mime": lambda: messages.mime(mails),
            "raw-bytes": lambda: messages.raw_headers(mails),
            "dkimpy": lambda: messages.dkimpy(mails, key),
            "opendkim": lambda: messages.opendkim(mails, key),
            "vnu": lambda: markup.vnu(mails),
            "html-validate": lambda: markup.html_validate(mails),
            "caniemail": lambda: markup.caniemail(mails),
            "widths": lambda: browser.widths(mails),
            "axe": lambda: browser.axe(mails, options.screenshots),
            "pages": pages.judge,
            "spamassassin": lambda: spam.spamassassin(mails),
            "rspamd": lambda: spam.rspamd(mails, key),
        }
        unknown = set(options.judges) - set(judges)
        if unknown:
            parser.error(f"no such judge: {', '.join(unknown)}; there are: {', '.join(judges)}")
        wanted = options.judges or list(judges)
        verdicts: list[Verdict] = []
        for name in wanted:
            print(f"{name} …", file=sys.stderr)
            verdicts += judges[name]()
    print_table(verdicts)
    sys.exit(any(verdict.faults for verdict in verdicts))


if __name__ == "__main__":
    main()
