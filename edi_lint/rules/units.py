"""UNT: units of injections and of drugs."""
