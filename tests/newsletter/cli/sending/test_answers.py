"""What servers answered, mail by mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_smtp import FaultySmtp, say
from support import Run


@pytest.fixture
def refused(site: Path, run: Run) -> Iterator[None]:
    """A digest whose first mail was taken and whose second was refused."""
    server = FaultySmtp({"RCPT": [None, say("550 5.1.1 no such user")]})
    file = site / "newsletter.toml"
    file.write_text(
        f'{file.read_text()}\n[transports.main]\nkind = "smtp"\nhost = "127.0.0.1"\n'
        f'port = {server.port}\nsecurity = "plain"\nconnections = 1\n'
        '[sending]\ntransport = "main"\n'
    )
    run("digest", "send", "friday")
    yield
    server.stop()


@pytest.mark.usefixtures("refused")
def test_the_conversation_on_one_delivery_is_shown(run: Run) -> None:
    found = run("editions", "answers", "1", "--delivery", "2").out
    assert "> RCPT TO:<…@wexcombe.example>" in found
    assert "< 550 5.1.1 no such user" in found


@pytest.mark.usefixtures("refused")
def test_of_a_mail_that_was_taken_there_is_none(run: Run) -> None:
    assert "simply taken" in run("editions", "answers", "1", "--delivery", "1").out


@pytest.mark.usefixtures("refused")
def test_a_delivery_of_another_edition_is_refused(run: Run) -> None:
    assert "edition 1 has no delivery 99" in run("editions", "answers", "1", "--delivery", "99").err
