"""Drawing what was measured, decided and vetoed; needs the extra `plot`."""
