"""Tests of the tree itself: sizes, names, and that the documents keep up with the code."""
