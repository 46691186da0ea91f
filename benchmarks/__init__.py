"""How fast edi-lint is, beside other readers of the same files. Not part of the tests."""
