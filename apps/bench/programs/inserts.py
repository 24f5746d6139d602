# The SQL of argv[1] through Python's sqlite3, where there is no sqlite3 command.
import sqlite3
import sys

database = sqlite3.connect(':memory:', isolation_level=None)
with open(sys.argv[1]) as script:
    for line in script:
        for row in database.execute(line):
            print(*row, sep='|')
