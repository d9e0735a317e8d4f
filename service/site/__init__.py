"""The one row of the site and the settings that people change in the browser."""
