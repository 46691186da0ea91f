"""ADM: the choice between 96372 and the other administration codes."""
