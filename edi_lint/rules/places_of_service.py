"""POS: where an injection may be billed."""
