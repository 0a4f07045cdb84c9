"""Short words for the rows of the register tables: one row, one quantity."""

from adapters.codec.modbus.register import Kind, Register

POWER_W = 60_000.0
"""No house has more on its connection; a larger number is none."""


def power(name: str, address: int, about: str, *, scale: float = 1.0) -> Register:
    """Return a signed power in one register."""
    words = (address,)
    return Register(name, words, Kind.SIGNED, "W", scale, low=-POWER_W, high=POWER_W, about=about)


def long_power(name: str, low: int, high: int, about: str) -> Register:
    """Return a signed power whose low and high word stand apart."""
    words = (high, low)
    return Register(name, words, Kind.SIGNED, "W", low=-POWER_W, high=POWER_W, about=about)


def strings(name: str, *addresses: int, scale: float = 1.0, about: str = "PV, all") -> Register:
    """Return the power of PV strings, one or several added up; never below 0."""
    kind = Kind.SUM if len(addresses) > 1 else Kind.UNSIGNED
    return Register(name, addresses, kind, "W", scale, low=0, high=POWER_W, about=about)


def voltage(name: str, address: int, *, scale: float = 0.1, high: float = 1000.0) -> Register:
    """Return a voltage in one register."""
    return Register(name, (address,), unit="V", scale=scale, low=0, high=high)


def current(name: str, address: int, *, scale: float = 0.1, kind: Kind = Kind.UNSIGNED) -> Register:
    """Return a current in one register."""
    return Register(name, (address,), kind, "A", scale, low=-500, high=500)


def celsius(name: str, address: int, *, sanity: bool = False) -> Register:
    """Return a temperature as Deye writes it: tenths of a degree, 1000 added.

    An empty register reads −100 °C, which no part of an inverter has.
    """
    words = (address,)
    return Register(
        name, words, unit="°C", scale=0.1, offset=-100, low=-40, high=150, sanity=sanity
    )


def frequency(name: str, address: int, *, scale: float = 0.01) -> Register:
    """Return a frequency. 0 is plausible: the grid can be gone; swapped bytes give hundreds."""
    return Register(name, (address,), unit="Hz", scale=scale, low=0, high=70, sanity=True)


def energy(name: str, *words: int, about: str = "") -> Register:
    """Return an energy in tenths of a kWh: of today in one register, in total in two."""
    total = len(words) > 1
    return Register(name, words, unit="kWh", scale=0.1, low=0, counter=total, about=about)


def setting(
    name: str, address: int, high: float, unit: str = "", *, scale: float = 1.0, about: str = ""
) -> Register:
    """Return a setting that may be written, 0 … `high`."""
    return Register(
        name,
        (address,),
        unit=unit,
        scale=scale,
        low=0,
        high=high,
        writable=True,
        about=about,
    )
