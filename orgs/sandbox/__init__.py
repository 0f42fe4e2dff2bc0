"""A program of its own that opens files nobody trusts: it reads one, and writes one anew.

It imports nothing of the site, gets no environment, no arguments from people, and no file: what it
works on comes in on standard input, what it made goes out on standard output. The parsers of PDF
and images run here only, so that a file which breaks one breaks nothing else.
"""
