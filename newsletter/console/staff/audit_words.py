"""The audit log in the administrator's words: actions, what they were about, details."""

import json
from collections.abc import Mapping
from typing import Any

# By noun, as the filter groups them; a noun's own entry names the group.
NOUNS: Mapping[str, str] = {
    "articles": "Articles",
    "media": "Pictures",
    "digests": "Digests",
    "bulletins": "Bulletins",
    "editions": "Editions",
    "test_mails": "Test mails",
    "subscribers": "People",
    "account": "What people did by their links",
    "imports": "Lists",
    "segments": "Segments",
    "suppressions": "Suppressed addresses",
    "feedback": "Bounces and complaints",
    "settings": "Settings and look",
    "transports": "Transports",
    "staff": "Staff",
    "keys": "API keys",
    "sessions": "Signing in",
    "credentials": "Passwords and second factors",
    "feeds": "Feeds",
    "sources": "Feeds that are followed",
    "maintenance": "By the clock",
}
ACTIONS: Mapping[str, str] = {
    "account.ask_to_move": "Asked to change an address",
    "account.choose": "Changed what they get",
    "account.confirm": "Confirmed an address",
    "account.erase": "Erased themselves",
    "account.keep_address": "Kept their address",
    "account.lower_frequency": "Chose fewer mails",
    "account.mail_preferences_link": "Asked for a fresh link",
    "account.move": "Changed an address",
    "account.object_to_mail": "Objected to a mail",
    "account.object_to_move": "Objected to a change of address",
    "account.pause": "Paused their mails",
    "account.resubscribe": "Came back",
    "account.sign_up": "Signed up",
    "account.unsubscribe": "Unsubscribed",
    "articles.correct": "Published a correction",
    "articles.discard": "Gave up unsaved words",
    "articles.edit": "Edited an article",
    "articles.import": "Imported articles",
    "articles.keep": "Began an article",
    "articles.mail": "Sent an article to those who get each one",
    "articles.measure": "Measured files of articles",
    "articles.publish_due": "Published what was scheduled",
    "articles.restore": "Restored an earlier text",
    "articles.save": "Saved an article",
    "articles.withdraw": "Withdrew an article",
    "bulletins.copy": "Copied a bulletin",
    "bulletins.discard": "Deleted a bulletin’s draft",
    "bulletins.save": "Wrote a bulletin",
    "bulletins.send": "Sent a bulletin by command",
    "bulletins.send_saved": "Sent a bulletin",
    "bulletins.submit": "Asked for approval of a bulletin",
    "credentials.add_authenticator": "Added an authenticator",
    "credentials.add_passkey": "Added a passkey",
    "credentials.change_password": "Changed their password",
    "credentials.make_recovery_codes": "Made recovery codes",
    "credentials.remove_authenticator": "Removed an authenticator",
    "credentials.remove_passkey": "Removed a passkey",
    "digests.compose": "Made a digest’s edition",
    "digests.compose_due": "Made a digest’s edition at its time",
    "digests.edit": "Changed the coming edition",
    "digests.hold": "Held the coming edition",
    "digests.record_missed_run": "Missed a digest’s time",
    "digests.register": "Began a digest",
    "digests.release": "Approved the coming edition",
    "digests.skip": "Left out a run",
    "digests.submit": "Asked for approval of a digest",
    "digests.unhold": "Let the coming edition go",
    "digests.unskip": "Put a run back",
    "editions.approve": "Approved an edition",
    "editions.ask_for_approval": "Asked the senders by mail",
    "editions.cancel": "Cancelled an edition",
    "editions.edit": "Changed an edition’s draft",
    "editions.record_view": "Looked at an edition",
    "editions.pause": "Paused an edition",
    "editions.pause_all": "Stopped everything",
    "editions.reopen": "Took an edition back",
    "editions.resolve": "Settled doubtful mails",
    "editions.resume": "Resumed an edition",
    "editions.retry": "Tried failed mails again",
    "editions.start": "Sent an edition by hand",
    "feedback.check_returned_mail": "Checked what came back",
    "feedback.receive": "Took in what came back",
    "feedback.record": "Recorded what came back",
    "feedback.remember_mailbox": "Read a mailbox",
    "feedback.undo": "Undid a bounce or complaint",
    "feeds.give_private": "Gave a private feed",
    "feeds.keep": "Kept feeds in order",
    "feeds.revoke_private": "Ended a private feed",
    "imports.answer": "Said what a list’s columns are",
    "imports.discard": "Deleted an uploaded list",
    "imports.enter": "Imported a list",
    "imports.enter_upload": "Imported an uploaded list",
    "imports.forget_uploads": "Deleted old uploaded lists",
    "imports.correct_rows": "Mended rows of a list",
    "imports.rehearse": "Rehearsed a list",
    "imports.undo": "Took a list back",
    "imports.upload": "Uploaded a list",
    "keys.make": "Made an API key",
    "keys.revoke": "Revoked an API key",
    "keys.see": "Used an API key",
    "maintenance.forget_people": "Forgot what is kept for a time only",
    "maintenance.raise_alarms": "Raised alarms",
    "media.add": "Added a picture",
    "media.describe": "Described a picture",
    "media.prune": "Removed unused pictures",
    "segments.add": "Added a segment",
    "segments.change": "Changed a segment",
    "segments.remove": "Removed a segment",
    "segments.rename": "Renamed a segment",
    "sessions.attempt": "Tried to sign in",
    "sessions.begin": "Signed in",
    "sessions.end": "Signed out",
    "sessions.end_others": "Ended their other sessions",
    "sessions.prove": "Proved to be themselves",
    "sessions.refund": "Was not refused",
    "sessions.refuse": "Failed to sign in",
    "sessions.see": "Used a session",
    "settings.change": "Changed settings",
    "settings.remove_transport": "Removed a transport",
    "settings.unset": "Put settings back to the default",
    "sources.poll": "Looked into a feed that is followed",
    "staff.change_role": "Changed a role",
    "staff.end": "Ended somebody’s access",
    "staff.end_sessions": "Ended somebody’s sessions",
    "staff.invite": "Invited somebody",
    "staff.join": "Joined",
    "staff.make_link": "Made a sign-in link",
    "staff.reopen": "Gave access again",
    "staff.reset": "Reset somebody’s second factors",
    "staff.set_up": "Set up the site",
    "subscribers.add": "Added a person",
    "subscribers.change": "Changed a person",
    "subscribers.confirm": "Confirmed a person",
    "subscribers.disclose": "Exported one person’s data",
    "subscribers.end": "Ended a subscription",
    "subscribers.erase": "Erased a person",
    "subscribers.export": "Exported people",
    "subscribers.export_list": "Exported the people of a list",
    "subscribers.pause": "Paused a person’s mails",
    "suppressions.add": "Suppressed addresses",
    "suppressions.lift": "Lifted a suppression",
    "test_mails.send": "Sent a test mail",
    "test_mails.try_transport": "Tried a transport",
    "transports.connect": "Registered our address at a provider",
}
# What a kind of subject is called, and the page of the console that shows one; {} is its name.
SUBJECTS: Mapping[str, tuple[str, str]] = {
    "article": ("article", "/articles/{}/history"),
    "bulletin": ("bulletin", "/bulletins/{}"),
    "digest": ("digest", "/digests/{}"),
    "edition": ("edition", "/editions/{}"),
    "event": ("report", "/feedback/{}"),
    "import": ("list", "/people/imports/{}"),
    "key": ("API key", "/staff/keys"),
    "segment": ("segment", "/segments/edit/{}"),
    "staff": ("", "/staff/{}"),
    "subscriber": ("person", "/people/{}"),
}


def words_of(action: str) -> str:
    """An action in words; its name where it is of another version."""
    return ACTIONS.get(action, action)


def groups() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The nouns with their actions, for a filter: name, words, actions."""
    return [(noun, words, _of(noun)) for noun, words in NOUNS.items()]


def _of(noun: str) -> list[tuple[str, str]]:
    actions = (item for item in ACTIONS.items() if item[0].startswith(f"{noun}."))
    return sorted(actions, key=lambda one: one[1])


def subject_words(subject: str) -> str:
    """What a line is about, such as "edition 7"."""
    kind, _, name = subject.partition(":")
    word, _ = SUBJECTS.get(kind, (kind, ""))
    if name == "all":
        return f"all {word}"
    return f"{word} {name}".strip()


def subject_path(subject: str) -> str:
    """The page of what a line is about; empty where it has none."""
    kind, _, name = subject.partition(":")
    _, path = SUBJECTS.get(kind, ("", ""))
    return path.format(name) if name and name not in {"all", "unknown"} else ""


def details_words(details: Mapping[str, Any], *, listed: int | None = None) -> str:
    """The details in one line; what is empty or zero is left out.

    Args:
        listed: how many values of a list are told; None: all.
    """
    # A single key is what the line is about.
    other_details = {
        key: value for key, value in details.items() if key != "keys" or len(value) > 1
    }
    shown = ((key.replace("_", " "), _shown(value, listed)) for key, value in other_details.items())
    return ", ".join(f"{key} {value}".strip() for key, value in shown if value)


def _shown(value: Any, listed: int | None) -> str:
    if value in (None, "", 0, False) or value == [] or value == {}:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        listed_values = ", ".join(str(one) for one in value[:listed])
        return (
            f"{listed_values} and {len(value) - listed:,} more"
            if listed and listed < len(value)
            else listed_values
        )
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
