"""STR: coordination of benefits: what other payers paid must add up."""
