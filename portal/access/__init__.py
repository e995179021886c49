"""The rules: who may come in, with what, how often. They take plain values and `now`, never a request."""
