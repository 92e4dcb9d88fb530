"""Good Day every night, for Airflow 3: put it into the DAGs folder.

``night`` makes the lists. It is tried again where there are none, since an export may come late and
a database may be away, and it is red where there still are none. ``all_of_it`` is red where the
lists are there and something of the list of people could not be read. So a run that is green has
made lists that lack nothing. Whatever tells people of red tasks where you are (on_failure_callback,
a notifier) tells of both.
"""

# Airflow is not there where types are checked, and its decorators change them:
# pyright: basic, reportMissingImports=false
# mypy: ignore-errors

import subprocess
from datetime import timedelta

import pendulum
from airflow.exceptions import AirflowFailException
from airflow.sdk import dag, task

NIGHT = "/opt/goodday/night.sh"


@dag(
    schedule="15 2 * * *",
    start_date=pendulum.datetime(2026, 11, 1, tz="Europe/London"),
    catchup=False,  # a list of people is of today: a night that was missed cannot be made later
    max_active_runs=1,
    tags=["good-day"],
)
def goodday_night():
    """Make the lists of reminders of one night."""

    @task(retries=3, retry_delay=timedelta(minutes=30))
    def night():
        """Give 0, or 1 where something could not be read."""
        done = subprocess.run(
            [NIGHT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        print(done.stdout)  # noqa: T201 - what a task prints is its log
        if done.returncode not in (0, 1):
            raise RuntimeError("There are no lists: the log above says why.")
        return done.returncode

    @task
    def all_of_it(code):
        """Tell that something could not be read, once: to try again would change nothing."""
        if code != 0:
            raise AirflowFailException(
                "The lists are there, and something could not be read: see the log of night."
            )

    all_of_it(night())


goodday_night()
