"""The only package that talks to Docker; what it raises is a `pipeline.errors.EngineError`."""
