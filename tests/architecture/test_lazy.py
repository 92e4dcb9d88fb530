"""A service whose rules use no cel never loads the library for it, which takes its time."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.project import ROOT

LIBRARY = ("celpy", "lark", "pendulum", "re2")
ASKED = f"""
import sys
from pathlib import Path
from tests.builders import rule_text, write_folder
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import load_library, piloting, surgery
import cds_hooks.cli
folder = Path(sys.argv[1])
with surgery(folder, piloting(folder / "practice", COPD_RULE, RESULTS_RULE)) as here:
    assert here.ask(here.a_call(margaret())).cards
print([name for name in {LIBRARY} if name in sys.modules])
when = "{{cel: has_cough && age > 18, means: coughs and is over 18}}"
write_folder(folder / "other", {{"coughing.yaml": rule_text(when=when, people=None, tests=None)}})
load_library(folder / "other").usable()
print([name for name in {LIBRARY} if name in sys.modules])
"""


def test_the_library_is_loaded_by_the_first_rule_that_uses_it_and_not_before(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, after = done.stdout.splitlines()
    assert (before, after) == ("[]", str(list(LIBRARY)))
