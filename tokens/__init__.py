"""Validation tokens: how a third party checks that a nonprofit is real."""
