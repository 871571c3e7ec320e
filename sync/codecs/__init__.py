"""Definition → document ⇄ wire JSON, one module per resource, all directions side by side."""
