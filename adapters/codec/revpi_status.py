"""What a RevPi's modules say of themselves, in words. Pure.

Sources: KUNBUS, status bytes of base modules and of the AIO; the DIO's word as in the data sheet of
the project. A bit that the tables do not know counts as a fault: a value with an unknown objection
is not believed.
"""

from adapters.codec.revpi_layout import AIO, Area, Io, Layout, Module, raw_of

_DIO_FAMILY = (96, 97, 98)
"""DIO, DI, DO: status of the module as 16 bits at byte 4, of the outputs at byte 2."""
_DIO_STATUS, _DIO_OUTPUTS = 4, 2
_DIO_WORDS = {
    0: "it does not hear its inputs",
    1: "its supply is too low",
    2: "its supply is too low",
    3: "it is too hot",
    4: "its supply is too low",
    5: "its supply is too low",
    6: "it is too hot",
    7: "it reports a fault",
    8: "it does not hear its outputs",
    9: "its checksums are wrong",
    10: "an output has a fault",
}
_DIO_ONLY_OUTPUTS = 1 << 8 | 1 << 10
"""Bits that say nothing against the inputs."""

_AIO_STATUS = {0: 8, 2: 9, 4: 10, 6: 11, 12: 16, 14: 17, 20: 18, 22: 19}
"""Byte of a value to byte of its status: four inputs, two temperatures, two outputs."""
_AIO_INPUT = {0: "below its range", 1: "above its range"}
_AIO_OUTPUT = {
    0: "it is too hot",
    1: "open load",
    2: "its checksum is wrong",
    3: "the value is outside its range",
    5: "the supply of the module is below 10.2 V, its outputs are 0",
    6: "the supply of the module is above 28.8 V, its outputs are 0",
    7: "the module lost the base module, its outputs are 0",
}

_RUNNING, _UNKNOWN, _MISSING, _SIZE = 1, 2, 4, 8
"""Bits of RevPiStatus: driver runs, module not configured, module missing, module of wrong size."""


def base_fault(layout: Layout, image: bytes) -> str:
    """Return why nothing in the image is to be believed, or nothing.

    A missing module is not named by the driver, so all are doubted.
    """
    status = base_status(layout, image)
    if status is None:
        return ""
    if not status & _RUNNING:
        return "piControl does not run"
    if status & _MISSING:
        return "an I/O module is missing"
    if status & _SIZE:
        return "an I/O module has another size than piCtory says"
    return ""


def base_status(layout: Layout, image: bytes) -> int | None:
    """Return RevPiStatus, the first input of the base module; None if there is no base module."""
    for module in layout.modules:
        io = module.at(Area.INPUT, 0) if module.kind == "BASE" else None
        if io is not None:
            return raw_of(io, image)
    return None


def input_fault(layout: Layout, io: Io, image: bytes) -> str:
    """Return what the module objects to an input, or nothing."""
    module = layout.module_of(io)
    if module.product == AIO:
        return _aio(module, io, image, _AIO_INPUT)
    status = _dio_word(module, image) & ~_DIO_ONLY_OUTPUTS
    return _told(module, status, _DIO_WORDS)


def output_fault(layout: Layout, io: Io, image: bytes) -> str:
    """Return what the module objects to an output, or nothing."""
    module = layout.module_of(io)
    if module.product == AIO:
        return _aio(module, io, image, _AIO_OUTPUT)
    said = _told(module, _dio_word(module, image), _DIO_WORDS)
    outputs = module.at(Area.INPUT, _DIO_OUTPUTS) if module.product in _DIO_FAMILY else None
    if not said and outputs is not None and io.bit is not None:
        first = min(each.address for each in module.ios if each.area is Area.OUTPUT)
        number = (io.address - first) * 8 + io.bit
        if not raw_of(outputs, image) >> number & 1:
            return f"{module.name}: output {number + 1} has a fault"
    return said


def module_faults(layout: Layout, image: bytes) -> str:
    """Return what any module complains of, or nothing."""
    status = base_status(layout, image) or 0
    said = [base_fault(layout, image)]
    said += ["a module is connected that piCtory does not know"] if status & _UNKNOWN else []
    for module in layout.modules:
        said.append(_told(module, _dio_word(module, image), _DIO_WORDS))
        for value in _AIO_STATUS if module.product == AIO else ():
            words = _AIO_OUTPUT if value >= min(_OUTPUTS_FROM) else _AIO_INPUT
            for area in (Area.INPUT, Area.OUTPUT):
                io = module.at(area, value)
                said.append(_aio(module, io, image, words) if io is not None else "")
    return "; ".join(each for each in said if each)


_OUTPUTS_FROM = (20, 22)


def _dio_word(module: Module, image: bytes) -> int:
    io = module.at(Area.INPUT, _DIO_STATUS) if module.product in _DIO_FAMILY else None
    return 0 if io is None else raw_of(io, image)


def _aio(module: Module, io: Io, image: bytes, words: dict[int, str]) -> str:
    byte = _AIO_STATUS.get(io.address - module.offset)
    status = None if byte is None else module.at(Area.INPUT, byte)
    if status is None:
        return ""
    said = _told(module, raw_of(status, image) & 0xFF, words)
    return f"{said} ({io.name})" if said else ""


def _told(module: Module, status: int, words: dict[int, str]) -> str:
    """Return the bits of a status in words."""
    if not status:
        return ""
    bits = [bit for bit in range(16) if status >> bit & 1]
    said = dict.fromkeys(words.get(bit, f"status bit {bit} is set") for bit in bits)
    return f"{module.name}: " + ", ".join(said) if said else ""
