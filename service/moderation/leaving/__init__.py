"""Before going home: what is mine, who comes next, and what they should know."""
