"""Real mail servers that install lightly: what each stored is what the ledger says.

`make servers` has more of them, in more settings.
"""

import pytest
from smtp_servers import chroots, dovecot, exim, postfix
from smtp_servers.setting import Setting
from smtp_servers.trial import trial

pytestmark = pytest.mark.skipif(
    not chroots.can_be_made(), reason="root and mount namespaces are needed"
)
MAILS = 100
CHOSEN = {
    "exim": (exim, ("20 mails a connection", "2 connections a host", "no SMTPUTF8")),
    "postfix": (postfix, ("3 errors a connection", "postscreen, deep tests", "relaying refused")),
    "dovecot": (dovecot, ("submission, SCRAM-SHA-256",)),
}
SETTINGS = {
    f"{name}, {setting.name}": setting
    for name, (server, names) in CHOSEN.items()
    for setting in server.SETTINGS
    if setting.name in names
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_stored_mails_match_the_ledger(setting: Setting) -> None:
    assert trial(setting, MAILS).faults == []
