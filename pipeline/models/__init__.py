"""Models to start from: what is built in (``catalogue``) and how it is fetched by hash (``fetch``)."""
