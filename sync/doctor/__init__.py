"""Whether the keys at hand open the workspaces that the settings mean, asked by the cheapest read of each API."""
