"""Problems as text: for people with a caret, and for programs as JSON, SARIF and JUnit XML.

Pure functions from problems and the sources they stand in to one string.
"""
