"""WordPress: the users of a site, as exporting plugins write its table."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="WordPress",
    marks=(
        ("user_login", "user_email"),
        ("user_email", "user_registered"),
    ),
    source=(
        "The table of users in WordPress' documentation (wp_users); exporting plugins name "
        "the columns after it."
    ),
    columns={
        "address": ("user_email",),
        "name": ("display_name",),
        "joined": ("user_registered",),
    },
    harmless=(
        "ID",
        "user_login",
        "user_pass",
        "user_nicename",
        "user_url",
        "user_activation_key",
        "user_status",
        "roles",
        "role",
        "wp_capabilities",
        "wp_user_level",
        "nickname",
        "rich_editing",
        "syntax_highlighting",
        "comment_shortcuts",
        "admin_color",
        "use_ssl",
        "show_admin_bar_front",
        "locale",
        "source_user_id",
        # What they write of themselves.
        "description",
    ),
    advice="Users of a WordPress site have not asked for a newsletter by being such.",
)
