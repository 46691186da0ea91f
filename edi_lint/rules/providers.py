"""PRV: who bills, renders, refers and supervises."""
