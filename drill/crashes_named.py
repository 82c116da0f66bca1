"""The points of the crash table, as the verdict counts them; without Django."""

POINTS = ("K3", "K4", "K4b", "K5", "K6", "K7", "K8", "K9", "K10", "K10b")
ROTATION = ("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8")
NUMBERS = ("N1", "N2", "N3")
