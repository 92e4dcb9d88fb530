"""A whole rule as text, heading by heading, and what it has to have besides to be shown."""

from collections.abc import Mapping

# A whole rule, heading by heading. ``rule_text`` changes or leaves out single headings.
HEADINGS: Mapping[str, str] = {
    "format": "1",
    "id": "coughing",
    "title": "Somebody with a cough may like the tea group",
    "status": "draft",
    "owner": "The test suite",
    "co_produced_with": "An invented group of people with a cough",
    "hook": "patient-view",
    "facts": """
        has_cough:
          find: condition
          codes: cough
    """,
    "when": "has_cough",
    "exclude": "\n- shared: palliative",
    "card": """
        summary: What would help on ordinary days?
        question: What does a good day look like?
        source: The test suite
    """,
    "offers": """
        - refer:
            label: Refer to the tea group
            service: tea-group
    """,
    "quiet": "{topic: coughing}",
    "today": "2026-11-21",
    "people": """
        sam:
          about: has a cough
          age: 60
          record:
            - condition: cough
              date: 2020-03-01
    """,
    "tests": """
        - name: Sam has a cough
          person: sam
          expect: prompt
        - name: Sam has none
          person: sam
          without: [condition cough]
          expect: no prompt
        - name: Sam is receiving palliative care
          person: sam
          plus: [{condition: palliative-care, date: 1 month ago}]
          expect: excluded
          because: palliative
        - name: Sam said no
          person: sam
          plus: [{outcome: declined, topic: coughing, date: 1 month ago}]
          expect: quiet
    """,
}


# What a rule besides has to have before it is in pilot.
PILOTED: Mapping[str, str] = {
    "evidence": "[{claim: Tea helps, source: The test suite}]",
    "review_by": "2027-05-31",
    "pdsa": "{cycle: 1, aim: More tea, measure: Cups, started: 2026-11-01}",
}

_REPLIES = (
    "shown", "no_time", "not_now", "overridden", "already_done", "not_right", "accepted",
)  # fmt: skip
_MORE = (
    "".join(
        f"""
        - name: It was {reply} yesterday
          person: sam
          plus: [{{outcome: {reply}, topic: coughing, date: 1 day ago}}]
          expect: quiet"""
        for reply in _REPLIES
    )
    + """
        - name: A cough of which nothing is known
          person: sam
          change:
            condition cough: {status: inactive}
          expect: no prompt
        - name: Palliative care with a status that says nothing
          person: sam
          plus: [{entry: palliative-care, date: 1 month ago, status: unknown}]
          expect: cannot tell
        - name: It was shown three times within a year
          person: sam
          plus:
            - {outcome: shown, topic: coughing, date: 9 months ago}
            - {outcome: shown, topic: coughing, date: 6 months ago}
            - {outcome: shown, topic: coughing, date: 3 months ago}
          expect: quiet
"""
)
# Stories of that rule that notice every slip in safety.
ENOUGH_TOLD = HEADINGS["tests"].rstrip() + _MORE
