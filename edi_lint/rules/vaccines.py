"""ADM: vaccines, immune globulins and antibodies: which administration code goes with them."""
