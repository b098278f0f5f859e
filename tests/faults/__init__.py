"""Faults below the database: disks that fail, and disks as a power cut leaves them."""
