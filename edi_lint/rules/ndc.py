"""NDC: the drug identification of loop 2410."""
