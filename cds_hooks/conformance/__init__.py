"""The conformance kit: a client that asks anybody's CDS Hooks service and reports what it owes.

Start reading at ``examine.py``. It knows a service over HTTP only, ours as any other.
"""
