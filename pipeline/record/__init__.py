"""What is written down as it happens: events, runs, the ledger, and who runs."""
