"""The look of the site and its mails: styles and templates."""
