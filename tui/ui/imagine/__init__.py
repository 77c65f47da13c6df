"""Making pictures: what is asked before, and what is seen meanwhile."""
