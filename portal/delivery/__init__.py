"""Messages: a row in the outbox, written in the transaction it tells of, handed over by the worker."""
