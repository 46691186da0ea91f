"""DX: diagnosis codes: present, pointed to, well formed, billable on the day."""
