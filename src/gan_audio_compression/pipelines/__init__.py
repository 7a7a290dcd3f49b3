"""The Kedro pipelines; each hands over through the catalog alone."""
