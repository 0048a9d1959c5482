"""Sectors and districts as people write them, by the program's own tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing.places import district_code, sector_codes
from registry.reference import load
