"""PaddleOCR's recognition networks, configurations, weights and tools, as Paddock uses them."""
