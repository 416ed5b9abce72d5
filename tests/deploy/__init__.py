"""The two servers: what the play writes (every run), and the play on two booted hosts (`bin/imis test-deploy`)."""
