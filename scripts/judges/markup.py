"""Markup validators: vnu, html-validate, and mail client support (caniemail)."""

import json
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from judges.sample_mails import SampleMail
from judges.verdicts import Verdict

HERE = Path(__file__).resolve().parent
MODULES = HERE.parent.parent / "node_modules"
ALLOWED = HERE / "allowed.toml"


def vnu(mails: Sequence[SampleMail]) -> list[Verdict]:
    """The W3C's Nu validator; it exits 0 on a missing file, so its output is parsed."""
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--errors-only", "--format", "json"]
    answer = _json(command, mails, "stderr")
    faults: dict[str, list[str]] = defaultdict(list)
    for message in answer["messages"]:
        name = Path(message["url"]).stem
        faults[name].append(f"line {message.get('lastLine')}: {message['message']}")
    return [_verdict("vnu", mail, faults[mail.name]) for mail in mails]


def html_validate(mails: Sequence[SampleMail]) -> list[Verdict]:
    """html-validate, with legacy HTML for mail allowed."""
    program = MODULES / ".bin" / "html-validate"
    config = HERE / "html-validate.json"
    answer = _json([str(program), "--config", str(config), "--formatter", "json"], mails, "stdout")
    faults = {
        Path(file["filePath"]).stem: [f"{m['ruleId']}: {m['message']}" for m in file["messages"]]
        for file in answer
    }
    return [_verdict("html-validate", mail, faults.get(mail.name, [])) for mail in mails]


def caniemail(mails: Sequence[SampleMail]) -> list[Verdict]:
    """Features unsupported in a mail client, except those that degrade well."""
    return [_verdict("caniemail", mail, beyond(_lacking(mail))) for mail in mails]


def beyond(lacking: dict[str, list[str]]) -> list[str]:
    """The unsupported features that are not on the allow-list."""
    allowed = {entry["feature"]: entry["programs"] for entry in _allowed()}
    return [
        f"{feature}: lacking in {', '.join(rest)}"
        for feature, programs in sorted(lacking.items())
        if (rest := [p for p in programs if p not in allowed.get(feature, [])])
    ]


def _allowed() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(ALLOWED.read_text(encoding="utf-8"))["allowed"]
    return entries


def _lacking(mail: SampleMail) -> dict[str, list[str]]:
    found: dict[str, list[str]] = _json(["node", str(HERE / "clients.mjs")], [mail], "stdout")
    return found


def _json(command: Sequence[str], mails: Iterable[SampleMail], stream: str) -> Any:
    run = subprocess.run(
        [*command, *(str(mail.path) for mail in mails)], capture_output=True, text=True, check=False
    )
    try:
        return json.loads(getattr(run, stream))
    except ValueError as error:
        raise SystemExit(f"{command[0]} gave no answer: {run.stdout}{run.stderr}") from error


def _verdict(judge: str, mail: SampleMail, faults: Iterable[str]) -> Verdict:
    return Verdict(judge=judge, about=mail.name, faults=tuple(dict.fromkeys(faults)))
