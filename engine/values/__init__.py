"""The floor everything stands on: truth, units, facts and moments."""
