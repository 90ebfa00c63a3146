from cdshooks.cli import run

run()
