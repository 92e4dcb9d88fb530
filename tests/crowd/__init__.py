"""An invented practice: as many people as told, each the same for the same seed and number.

``inventing.invent`` says who somebody is and what is on the record, ``writing`` says it as FHIR,
and ``python -m tests.crowd`` asks every rule of the library about all of them. Nobody here is real,
and how often things are is rounded from what practices in England publish: no figure that comes of
it is a finding about anybody.
"""
