"""What comes in from elsewhere and goes out again: importers, exporters, erasure, retention, backup."""
