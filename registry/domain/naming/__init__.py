"""Chinese names taken apart: one spelling, regions, trade name and legal form, sounds, shapes, and the grams to
find them by."""
