"""Everything that pretends to be Customer.io."""
