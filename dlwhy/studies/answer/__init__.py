"""What to use on the user's own table, and why: a recommendation with the rule behind it, from what studies found."""
