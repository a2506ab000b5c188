"""Arrays, Fourier transforms and inner loops: everything that has to be fast."""
