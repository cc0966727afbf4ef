"""Looking a mail over before it is sent: what must stop it, and what a person should know."""
