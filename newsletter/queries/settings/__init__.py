"""Settings for display: options, set-up, transports."""
