"""Write the table of requirements into cds_hooks/README.md."""

from tests.conformance.requirements.table import END, README, START, page

text = README.read_text("utf-8")
before, _, rest = text.partition(START)
after = rest.partition(END)[2]
README.write_text(f"{before}{START}\n\n{page()}\n\n{END}{after}", encoding="utf-8")
