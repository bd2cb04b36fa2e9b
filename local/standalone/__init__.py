"""One cluster by itself in real time, for benchmarks: wall clock, loopback HTTPS, a seeded population."""
