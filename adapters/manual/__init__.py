"""Pages of `docs/` that come with an installed ThermIQ: links in the sources, files in a wheel."""
