"""The embedded shape: one small process that prepares the site and keeps broker, web and worker running."""
