"""Two editions of a project's emails side by side: what each person would get before and after."""
