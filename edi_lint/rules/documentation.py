"""DOC: documentation that can stand on the claim."""
