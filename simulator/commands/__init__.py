"""What the command line can ask of the simulator."""
