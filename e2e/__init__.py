"""Whole journeys across all services."""
