"""The SQLite file: opening it, its schema, the facts it keeps and the tables derived from them."""
