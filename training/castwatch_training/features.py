"""The 30 inputs and 26 defect flags of a shot: names, order, groups.

The order is the data set's column order and the order of every 30-vector in a bundle.
"""

PROCESS_FEATURES: tuple[str, ...] = (
    "Process_Product_Type",
    "Process_Shot",
    "Process_Velocity_1",
    "Process_Velocity_2",
    "Process_Velocity_3",
    "Process_High_Velocity",
    "Process_Cylinder_Pressure",
    "Process_Rapid_Rise_Time",
    "Process_Biscuit_Thickness",
    "Process_Clamping_Force",
    "Process_Cycle_Time",
    "Process_Pressure_Rise_Time",
    "Process_Casting_Pressure",
    "Process_Spray_Time",
    "Process_Spray_1_Time",
    "Process_Spray_2_Time",
)
"""16 values that the machine records for each shot."""

SENSOR_FEATURES: tuple[str, ...] = (
    "Sensor_Melting_Furnace_Temp",
    "Sensor_Air_Pressure",
    "Sensor_Air_Pressure_Min",
    "Sensor_Air_Pressure_Max",
    "Sensor_Coolant_Temp",
    "Sensor_Coolant_Temp_Min",
    "Sensor_Coolant_Temp_Max",
    "Sensor_Coolant_Pressure",
    "Sensor_Factory_Temp",
    "Sensor_Factory_Temp_Min",
    "Sensor_Factory_Temp_Max",
    "Sensor_Factory_Humidity",
    "Sensor_Factory_Humidity_Min",
    "Sensor_Factory_Humidity_Max",
)
"""14 values of the surroundings, logged with the shot."""

FEATURES: tuple[str, ...] = PROCESS_FEATURES + SENSOR_FEATURES
"""All 30 inputs, in order."""

N_FEATURES = len(FEATURES)
PRODUCT = FEATURES.index("Process_Product_Type")
SHOT = FEATURES.index("Process_Shot")

STORED_LIMITS: tuple[str, ...] = tuple(n for n in SENSOR_FEATURES if n.endswith(("_Min", "_Max")))
"""The eight stored Min/Max limits: constant, and some of them wrong."""

SLOW_CHANNELS: tuple[str, ...] = (
    "Sensor_Melting_Furnace_Temp",
    "Sensor_Air_Pressure",
    "Sensor_Coolant_Temp",
    "Sensor_Coolant_Pressure",
    "Sensor_Factory_Temp",
    "Sensor_Factory_Humidity",
)
"""What drifts over hours instead of varying from shot to shot."""

FACTORY_FEATURES: tuple[str, ...] = tuple(n for n in SENSOR_FEATURES if n.startswith("Sensor_Factory_"))
"""The six Factory_* values, which are missing together in a stretch of the data."""

DEFECT_TYPES: tuple[str, ...] = (
    "Short_Shot",
    "Bubble",
    "Exfoliation",
    "Blow_Hole",
    "Stain",
    "Dent",
    "Deformation",
    "Contamination",
    "Impurity",
    "Crack",
    "Scratch",
    "Burning_Mark",
    "Inclusions",
)
"""13 defect types, correctly spelled; the data set writes `Buring_Mark`."""

CAVITIES: tuple[int, ...] = (1, 2)
DEFECTS: tuple[str, ...] = tuple(f"Defects_{kind}_{cavity}" for cavity in CAVITIES for kind in DEFECT_TYPES)
"""26 flags: 13 types of cavity 1, then of cavity 2; a flag counts marks, 0 is good."""

ALIASES: dict[str, str] = {f"Defects_Buring_Mark_{c}": f"Defects_Burning_Mark_{c}" for c in CAVITIES}
"""Spellings in data files -> our names."""

ID = "Process_id"
GROUPS: tuple[str, ...] = ("Process", "Sensor", "Defects")
"""Column groups: the first header row of the data set, the prefix of a flat header."""
