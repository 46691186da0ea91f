"""STR: claim-level facts: frequency, filing indicator, member id, text lengths, authorizations."""
