"""The public site over HTTP: articles, feeds, account pages, caught mails."""
