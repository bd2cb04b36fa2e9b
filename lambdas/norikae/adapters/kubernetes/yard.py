"""A cluster's API as a drain uses it: many requests at once over few connections."""
