"""The filters of both dialects, by what they work on; `table` says which dialect knows which."""
