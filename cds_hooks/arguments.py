"""The arguments of the verbs that integrators use."""

import argparse
from pathlib import Path


def clients(parser: argparse.ArgumentParser) -> None:
    """Keys and tokens for those who call the service."""
    client = parser.add_subparsers(required=True, metavar="verb")
    keygen = client.add_parser("keygen", help="make a client's keys, and the lines to list it")
    keygen.set_defaults(verb="client keygen")
    keygen.add_argument("--name", required=True, help="what to call the client")
    keygen.add_argument("--to", type=Path, default=Path(), help="the folder for the keys (this)")
    keygen.add_argument("--alg", choices=("ES384", "RS384"), default="ES384", help="(ES384)")
    token = client.add_parser("token", help="print one token, for one call")
    token.set_defaults(verb="client token")
    token.add_argument("--key", type=Path, required=True, help="the private key from keygen")
    token.add_argument("--issuer", required=True, help='the "issuer" of the client as listed')
    token.add_argument("--for", dest="address", required=True, help="the address to be called")
    token.add_argument(
        "--minutes", type=int, choices=range(1, 61), default=5, metavar="N", help="its life (5)"
    )


def conformance(kit: argparse.ArgumentParser) -> None:
    """Examining any CDS Hooks service."""
    kit.set_defaults(verb="conformance")
    kit.add_argument("url", metavar="URL", help="the base address, before /cds-services")
    kit.add_argument(
        "--format", dest="output", choices=("text", "json", "html"), default="text", help="(text)"
    )
    kit.add_argument("--to", type=Path, metavar="FILE", help="write the report to a file")
    kit.add_argument("--key", type=Path, metavar="FILE", help="sign tokens with it: JWK or PEM")
    kit.add_argument("--issuer", help="whom the tokens name as their issuer")
    kit.add_argument("--kid", help="the name of the key (the one in the key file)")
    kit.add_argument("--origin", help="a browser origin that may call")
    kit.add_argument(
        "--patient", type=Path, metavar="FILE", help="a FHIR bundle of somebody (invented people)"
    )
    kit.add_argument("--service", dest="only", metavar="ID", help="one service only (all)")
    kit.add_argument("--fhir-server", metavar="URL", help="a server that holds the --patient")
    kit.add_argument(
        "--within",
        type=_milliseconds,
        default=500,
        metavar="MS",
        help="the time in which an answer is to come, in milliseconds (500)",
    )
    kit.add_argument("--strict", action="store_true", help="a SHOULD that is not met counts too")


def _milliseconds(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("a time is a whole number of milliseconds, such as 500")
