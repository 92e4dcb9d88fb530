"""An EHR in a box, to try Good Day on invented people. It knows the service only over HTTP."""
