"""A container registry as the OCI distribution specification has it: blobs and manifests, by digest."""
