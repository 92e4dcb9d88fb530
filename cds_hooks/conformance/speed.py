"""How long answers take (L1)."""

from cds_hooks.conformance.asking import Asked, Asking

# So many calls that one slow answer in twenty can be told from the rest.
_ENOUGH = 40


def in_time(asking: Asking, usual: Asked, within: float) -> None:
    """Nineteen answers in twenty come within so many seconds, over all calls that were made."""
    for _ in range(_ENOUGH - len(asking.caller.taken)):
        asking.ask(usual.person, "a whole call")
    taken = sorted(asking.caller.taken)
    if len(taken) < _ENOUGH // 2:
        asking.notes.not_tried("Too few calls were answered to tell.", "L1")
        return
    late = taken[int(0.95 * (len(taken) - 1))]
    says = f"19 answers in 20 took up to {late * 1000:.0f} ms, and {within * 1000:.0f} ms are meant"
    asking.notes.expect("L1", late <= within, says, "all calls")
    asking.notes.aside(
        f"{len(taken)} calls were answered; half of them within"
        f" {taken[len(taken) // 2] * 1000:.0f} ms, 19 in 20 within {late * 1000:.0f} ms."
    )
