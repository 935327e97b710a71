"""What runs on the host, without a screen: project, plan, engine, run, ledger, report."""
