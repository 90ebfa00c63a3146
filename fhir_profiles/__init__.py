"""Code systems, value sets, concept maps and extensions: data only.

The home of every code that is recognised.
"""
