"""`newsletter keys`."""

import json

import pytest
from support import Run

pytestmark = pytest.mark.usefixtures("site")


def test_a_key_is_printed_once_and_listed_without_it(run: Run) -> None:
    key = run("keys", "make", "Website", "--scope", "write").out.strip()
    listed = run("keys", "list", "--json").out
    assert key.startswith("newsletter_")
    assert key not in listed
    assert json.loads(listed)[0]["scopes"] == "write"


def test_a_revoked_key_is_listed_as_revoked(run: Run) -> None:
    run("keys", "make", "Website", "--scope", "read")
    run("keys", "revoke", "1")
    assert json.loads(run("keys", "list", "--json").out)[0]["state"] == "revoked"
