"""The figures: how long people wait here, so that it can become shorter. Nobody on the staff is in them."""
