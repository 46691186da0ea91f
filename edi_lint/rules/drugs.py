"""DRG: the drug that belongs to an injection, and the injection that belongs to a drug."""
