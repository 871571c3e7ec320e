"""Event logs: what people's systems sent, in the order it arrived."""
