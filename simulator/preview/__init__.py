"""The preview: a page on this machine that shows every message as it will look, the moment a file is saved."""
