"""HTTP that all faces in the browser share: server, middleware, rate limits, threads."""
