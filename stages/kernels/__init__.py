"""The same bytes on every x86-64 processor with AVX2 and FMA: pinned kernels, and some of our own."""
