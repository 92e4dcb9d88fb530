"""Whole lists of people brought from a FHIR server into a folder: by $export, or by searches."""
