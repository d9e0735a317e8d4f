"""Calibration: how many quiet flags a site can bear, how sure scores are, and which phrases people might change."""
