"""`main.py bench`: what the exhibit reaches on this machine, beside its budgets and its peers."""
