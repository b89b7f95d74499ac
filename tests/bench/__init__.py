"""Measurements: what tables and figures are made from. No test runs these."""
