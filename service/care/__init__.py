"""The duty to answer: cases and their clocks."""
