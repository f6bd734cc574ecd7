"""Datasette on a database of Crosstrack: what it says of tables, and the plugin that draws them."""
