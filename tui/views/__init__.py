"""What screens are drawn from: plain data made of events, reports and files. No widget is in here."""
