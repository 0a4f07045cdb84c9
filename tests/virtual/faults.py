"""All faults that can be laid over the virtual world, by name."""

from tests.virtual import faults_devices, faults_process, faults_sensors
from tests.virtual.storm import Kind

KINDS: tuple[Kind, ...] = (*faults_sensors.KINDS, *faults_devices.KINDS, *faults_process.KINDS)
