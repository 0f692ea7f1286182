"""One file per kind of thing that is asked about."""
