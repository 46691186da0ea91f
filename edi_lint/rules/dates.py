"""DAT: dates of service, filing limits and the years in which codes are valid."""
