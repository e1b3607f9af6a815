"""The catalogue's pages: what is for sale, what it costs, and what was measured of it. One module per kind of page."""
