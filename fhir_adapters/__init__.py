"""FHIR in, FHIR out: the only place that knows how FHIR spells things."""
