"""Salon killed at random moments of its work, and what is left on the disk afterwards.

    python -m tests.soak [--kills 1000] [--seconds 900] [--seed N] [--jobs 6] [--scene NAME]

Each victim is the real program, forked off a process that has imported it, with a home of its own
and a server on loopback that writes down what it was asked and what it sent. `scenes` say what it
does and what must be true afterwards, `truth` what must be true after anything.
"""
