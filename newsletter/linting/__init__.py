"""Content checks of a mail before it is sent: errors that stop it, warnings for the preview."""
