"""Sample catalogue and demo accounts, read by `rules.sample_catalogue`: invented, and marked so."""
