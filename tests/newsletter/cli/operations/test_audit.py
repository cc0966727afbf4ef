"""`newsletter audit list`."""

import getpass
import json
import os
import pwd

import pytest
from support import Run

pytestmark = pytest.mark.usefixtures("site")
USER = pwd.getpwuid(os.getuid()).pw_name


def test_an_audit_line_names_the_operating_system_user(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    # The environment's user name is ignored.
    monkeypatch.setenv("LOGNAME", "somebody")
    assert getpass.getuser() == "somebody"
    run("subscribers", "segments", "add", "pending", "status = pending")
    line = json.loads(run("audit", "list", "--json", "--limit", "1").out)[0]
    assert (line["actor"], line["action"], line["subject"]) == (
        f"operator:{USER}",
        "segments.add",
        "segment:pending",
    )


@pytest.mark.parametrize(
    ("asked_by", "told"), [("ann", f"ann as {USER}"), ("ann@example.org", USER), ("", USER)]
)
def test_an_audit_line_names_the_sudo_user(
    run: Run, monkeypatch: pytest.MonkeyPatch, asked_by: str, told: str
) -> None:
    monkeypatch.setenv("SUDO_USER", asked_by)
    run("subscribers", "segments", "add", "pending", "status = pending")
    line = json.loads(run("audit", "list", "--json", "--limit", "1").out)[0]
    assert line["actor"] == f"operator:{told}"


def test_the_audit_list_is_filtered_and_paged(run: Run) -> None:
    for name in ("one", "two", "three"):
        run("subscribers", "segments", "add", name, "status = pending")
    told = run("audit", "list", "--action", "segments", "--since", "1h", "--limit", "2")
    assert "segment:three" in told.out
    assert "segment:one" not in told.out
    below = told.err.rpartition(" ")[2].strip()
    assert "segment:one" in run("audit", "list", "--below", below).out


@pytest.mark.parametrize(
    "options", [("--actor", "nobody"), ("--since", "yesterday"), ("--since", "9999999w")]
)
def test_an_invalid_filter_is_refused_with_an_example(run: Run, options: tuple[str, str]) -> None:
    ran = run("audit", "list", *options)
    assert ran.status == 1
    assert "write" in ran.err
