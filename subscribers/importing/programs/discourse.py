"""Discourse: the users of a forum; what mails they want is not in the file."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Discourse",
    marks=(("username", "email", "trust_level", "suspended_at"),),
    source="The export of the list of users in Discourse's source (export_csv_file.rb).",
    columns={
        "confirmed": ("active",),
        # Staged: made for somebody who only wrote a mail.
        "doubtful": ("staged", "silenced_till"),
        "left": ("suspended_at",),
        "joined": ("created_at",),
        "tags": ("group_names",),
    },
    harmless=(
        *("id", "username", "title", "last_seen_at", "last_posted_at", "last_emailed_at"),
        *("trust_level", "approved", "suspended_till", "admin", "moderator", "ip_address"),
        *("secondary_emails", "topics_entered", "posts_read_count", "time_read", "topic_count"),
        *("post_count", "likes_given", "likes_received", "location", "website", "views"),
        *("external_id", "external_email", "external_username", "external_name"),
        *("external_avatar_url", "mailing_list_mode"),
    ),
    leaving_columns=("email_digests",),
    advice=(
        "An export of Discourse's users does not tell who has switched off its mails, and nobody "
        "has agreed to a newsletter by taking part in a forum."
    ),
)
