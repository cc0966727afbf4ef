"""Site and console as one application, and the processes that serve it."""
