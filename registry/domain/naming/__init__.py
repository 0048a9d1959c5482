"""Search and compare Chinese names: normalisation, regions, trade name, legal form, sounds, shapes, grams."""
