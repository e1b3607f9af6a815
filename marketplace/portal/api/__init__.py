"""The portal for machines: ``/api/v1/portal/``."""
