# Words are counted, sorted and joined; classes, dicts, generators and strings, as a script has them. argv[1]: rounds.
import re
import sys


class Random:
    def __init__(self, seed):
        self.state = seed

    def __call__(self, n):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return (self.state >> 16) % n


class Account:
    def __init__(self, name):
        self.name = name
        self.balance = 0.0
        self.log = []

    def add(self, amount):
        self.balance += amount
        self.log.append(lambda: amount)


random = Random(42)


def word():
    return ''.join(chr(97 + random(6)) for _ in range(2 + random(4)))


def main(rounds):
    total, text = 0.0, ''
    for _ in range(rounds):
        counts = {}
        for found in re.findall(r'[a-z]+', ' '.join(word() for _ in range(400))):
            counts[found] = counts.get(found, 0) + 1
        order = sorted(counts, key=lambda w: (-counts[w], w))
        for i, name in enumerate(order):
            account = Account(name)
            for j in range(3):
                account.add(i * j % 7 + 0.5)
            total += sum(entry() for entry in account.log)
        text = f'{order[0].upper() * 2}{len(order):05d}'
    print(total, text, random.state)


main(int(sys.argv[1]))
