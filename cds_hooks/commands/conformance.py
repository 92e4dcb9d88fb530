"""``goodday conformance URL``: examine any CDS Hooks service, and report what was found."""

from dataclasses import dataclass
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.conformance import report
from cds_hooks.conformance.examine import Examined, NothingToAsk, Wanted, examine
from cds_hooks.conformance.exchange import Unreachable
from cds_hooks.conformance.notes import Status
from cds_hooks.conformance.people import PersonProblem, read_person
from cds_hooks.conformance.signing import KeyProblem, Signer, read_key


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line. ``within`` is in milliseconds."""

    url: str
    output: str
    to: Path | None
    key: Path | None
    issuer: str | None
    kid: str | None
    origin: str | None
    patient: Path | None
    only: str | None
    fhir_server: str | None
    within: int
    strict: bool


def conformance(options: Options) -> int:
    """Examine, report. 1 is a MUST that is not met, and with ``strict`` a SHOULD as well."""
    if not options.url.startswith(("http://", "https://")):
        say.sorry(f"{options.url} is no web address. Write it with http:// or https:// before it.")
        return COULD_NOT_RUN
    try:
        examined = examine(
            Wanted(
                url=options.url,
                clock=clock.now,
                signer=_signer(options),
                origin=options.origin or "",
                person=read_person(options.patient) if options.patient else None,
                only=options.only or "",
                fhir_server=options.fhir_server or "",
                within=options.within / 1000,
            )
        )
    except (Unreachable, NothingToAsk, PersonProblem, KeyProblem) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    if not _written(examined, options):
        return COULD_NOT_RUN
    levels = ("MUST", "SHOULD", "MAY") if options.strict else ("MUST",)
    if examined.of(Status.FOUND, *levels):
        return PROBLEMS
    if not examined.answered:
        say.sorry("No service answered a whole call, so next to nothing could be tried.")
        return COULD_NOT_RUN
    return FINE


def _signer(options: Options) -> Signer | None:
    """A signer where there is a key. Raises KeyProblem."""
    if options.key is None:
        return None
    key, kid = read_key(options.key)
    kid = options.kid or kid
    if not options.issuer or not kid:
        raise KeyProblem(
            "A token names its issuer and its key: give --issuer, and --kid where the key file"
            " does not name one."
        )
    return Signer(key, options.issuer, kid, clock.now)


def _written(examined: Examined, options: Options) -> bool:
    if options.to is None and options.output == "text":
        for text, style in report.as_text(examined):
            say.line(text, style)
        return True
    match options.output:
        case "json":
            whole = report.as_json(examined)
        case "html":
            whole = report.as_html(examined)
        case _:
            whole = "\n".join(text for text, _ in report.as_text(examined))
    if options.to is None:
        say.exactly(whole)
        return True
    try:
        options.to.write_text(whole + "\n", encoding="utf-8")
    except OSError:
        say.sorry(f"{options.to} cannot be written. Name another file with --to.")
        return False
    say.line(f"{report.in_a_line(examined)} Written to {options.to}")
    return True
