"""What is true of a desk whatever it is built with: no input, no output, no clock, no chance."""
