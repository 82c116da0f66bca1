"""The points of the crash table, as the verdict counts them; without Django."""

POINTS = ("K3", "K4", "K4b", "K5", "K6", "K7", "K8", "K9", "K10", "K10b")
