"""Reports of a replay: what a marketer wants to know, as text, JSON, Markdown and a page."""
