"""What one step did with energy: all that went in was stored, used or lost."""

from typing import NamedTuple


class EnergyBalance(NamedTuple):
    """The energies of one step in joules; only `*_stored_j` and the envelope's may be negative."""

    pv_j: float
    curtailed_j: float
    """PV offered and not taken; outside both sums."""
    grid_import_j: float
    grid_export_j: float
    battery_stored_j: float
    battery_loss_j: float
    appliance_j: float
    """The household's own electricity."""
    miner1_j: float
    miner2_j: float
    heat_pump_j: float
    pump_j: float
    ambient_heat_j: float
    """From outside air through the heat pump."""
    appliance_heat_j: float
    """The part of `appliance_j` that stays in the rooms."""
    person_heat_j: float
    solar_heat_j: float
    hot_water_j: float
    """Tapped, above the cold water that replaces it."""
    envelope_loss_j: float
    thermal_stored_j: float

    @property
    def electrical_residual_j(self) -> float:
        """Return electricity in, less stored, used and lost: zero but for rounding."""
        return (
            self.pv_j
            + self.grid_import_j
            - self.grid_export_j
            - self.battery_stored_j
            - self.battery_loss_j
            - self.appliance_j
            - self.miner1_j
            - self.miner2_j
            - self.heat_pump_j
            - self.pump_j
        )

    @property
    def thermal_residual_j(self) -> float:
        """Return heat in, less stored, used and lost: zero but for rounding."""
        return (
            self.miner1_j
            + self.miner2_j
            + self.heat_pump_j
            + self.pump_j
            + self.ambient_heat_j
            + self.appliance_heat_j
            + self.person_heat_j
            + self.solar_heat_j
            - self.hot_water_j
            - self.envelope_loss_j
            - self.thermal_stored_j
        )

    def plus(self, other: "EnergyBalance") -> "EnergyBalance":
        """Return the balance of two steps together."""
        return EnergyBalance(*[mine + theirs for mine, theirs in zip(self, other, strict=True)])


NOTHING = EnergyBalance(*([0.0] * len(EnergyBalance._fields)))
"""The balance of no time at all, to start a sum with."""
