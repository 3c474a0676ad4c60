"""The law as data, and the working days: pure, importing nothing else of ours."""
