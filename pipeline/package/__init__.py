"""What a run delivered as a package in a registry: an OCI artifact, pushed and pulled by digest."""
