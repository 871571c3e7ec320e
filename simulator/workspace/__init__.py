"""A Customer.io workspace on this machine: its HTTP face over the simulator."""
