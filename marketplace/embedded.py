"""The one-command stack: embedded Valkey, worker, web server and simulated providers."""
