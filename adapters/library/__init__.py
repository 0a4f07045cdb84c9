"""The library of rules that a new site starts from; `topics` leads to `rules/library`."""
