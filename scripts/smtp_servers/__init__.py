"""Integration trials of the SMTP transport against real mail servers, each in a chroot."""
