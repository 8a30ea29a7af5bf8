"""How each shipped checkpoint was trained: one file per task over one shared trainer."""
