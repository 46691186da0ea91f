"""DX: the order of diagnoses, and which diagnoses support an injection."""
