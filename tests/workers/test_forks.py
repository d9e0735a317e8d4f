"""A child that is forked while a thread of its parent writes to SQLite can write, too."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.site import ROOT

FORK_WHILE_A_THREAD_WRITES = """
import os, sys, threading, time
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError
from workers.forks import fork_between_connections

engine = create_engine(sys.argv[1], poolclass=NullPool, connect_args={"timeout": 1, "isolation_level": None})
if sys.argv[2] == "kept apart":
    fork_between_connections(engine)

def write(begun, ending):
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        begun.set()
        ending.wait()
        connection.exec_driver_sql("COMMIT")

begun, ending = threading.Event(), threading.Event()
thread = threading.Thread(target=write, args=(begun, ending))
thread.start()
begun.wait()
threading.Timer(0.3, ending.set).start()
child = os.fork()
if child == 0:
    time.sleep(1)  # by now the parent has long committed
    ending.set()
    try:
        write(threading.Event(), ending)
    except OperationalError:
        os._exit(1)
    os._exit(0)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize(("how", "code"), [("kept apart", 0), ("as it comes", 1)])
def test_a_child_forked_in_the_middle_of_a_write_can_write(tmp_path: Path, how: str, code: int) -> None:
    command = [sys.executable, "-c", FORK_WHILE_A_THREAD_WRITES, f"sqlite:///{tmp_path}/words.db", how]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == code
