"""Over 300 values of ``fhirServer`` that mean to be asked and are not to be.

Each is made from a registered server: HOST and PORT are that server's own, and a listener stands at
that port of this machine, so that whoever is deceived is seen to knock.
"""

# Ways to write this machine and its neighbours.
ELSEWHERE = (
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "127.1", "127.0.1", "0",
    "0.0.0.0", "127.0.0.2", "127.0.0.1.", "127.0.0.01", "2130706433", "2130706433.",
    "017700000001", "0177.0.0.1", "0177.0.0.01", "0x7f.0.0.1", "0x7f.1", "0x7f000001",
    "0X7F000001", "0x7F.0x0.0x0.0x1", "127.0.0.1.nip.io", "127-0-0-1.sslip.io", "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]",
    "[fd00:ec2::254]", "[::1", "::1", "[::1]]", "[]", "[v1.x]", "169.254.169.254",
    "metadata.google.internal", "100.100.100.200", "10.0.0.1", "192.168.0.1", "172.16.0.1",
    "224.0.0.1", "255.255.255.255", "evil.example", "xn--hr-via.example", "ｅhr.example",
    "еhr.example", "ehr.examplе", "ehr。example", "ehr.ex\u00adample", "ⓔhr.example",
    "ehr\u200b.example", "EHR.EXAMPLE.", "ehr.example.", "ehr.example..", ".ehr.example",
    "ehr..example", "ehr.example.evil.example", "evil-ehr.example", "evil.ehr.example",
    "ehr.example-evil", "ehrexample", "ehr_example", "ehr-.example", "-ehr.example",
    "ehr.example%00", "ehr.example%2eevil", "ehr%2eexample", "%65hr.example", "ehr.example%20",
    "ehr.exam ple", "ehr.example\t", "ehr.example\x00", "ehr.example\\", "ehr.example;evil",
    "ehr.example,evil", "ehr.example|evil", "ehr.example'", '"ehr.example"', "ehr.example`",
    "ehr.example{}", "ehr.example<", "ehr.example^", "127。0。0。1", "１２７.0.0.1", "①②⑦.⓪.⓪.①",
    "127.0.0.1%23", "a" * 64 + ".example", "a." * 127 + "example", "",
)  # fmt: skip

# With a name before the host, or what reads like one.
BEFORE = (
    "HOST@evil.example", "evil.example@HOST", "HOST:PORT@evil.example", "user:password@HOST:PORT",
    "@HOST:PORT", ":@HOST:PORT", "HOST%40evil.example", "HOST%23@evil.example",
    "HOST#@evil.example", "HOST?@evil.example", "HOST\\@evil.example", "evil.example#@HOST",
    "evil.example\\@HOST:PORT", "evil.example%5c@HOST", "a@b@HOST:PORT", "HOST:PORT#@HOST:PORT",
    "evil.example;@HOST:PORT",
)  # fmt: skip

# Another port, or what is none.
PORTS = (
    ":1", ":22", ":80", ":443", ":444", ":8080", ":0", ":-1", ":65536", ":99999", ":0PORT",
    ":+PORT", ": PORT", ":PORT ", ":PORTx", ":0xPORT", ":PORT:PORT", ":PORT.", ":PORT%20",
    "::PORT", ":１２３", ":PORT\n", ":PORT\r\n", ":PORT\\", ":", "", ":PORT@", ":PORT,443",
    ":４４３", ":1e3",
)  # fmt: skip

# Another path, or what turns into one.
PATHS = (
    "", "/", "/other", "/FHIR", "/Fhir", "/fhirx", "/fhi", "/xfhir", "/fhir-evil", "/fhir.",
    "/fhir..", "//fhir", "///fhir", "/fhir//", "/fhir/evil", "/fhir/..", "/fhir/../admin",
    "/fhir/.", "/./fhir", "/../fhir", "/fhir/../fhir", "/x/../fhir", "/fhir/%2e%2e/admin",
    "/%2e%2e/fhir", "/fhir%2f..%2fadmin", "/fhir%2F", "/%66hir", "/fhi%72", "/fhir%00",
    "/fhir%20", "/fhir%0d%0aHost:evil", "/fhir\\..\\admin", "\\fhir", "/fhir\\", "/fhir;x",
    "/fhir;x=1", "/fhir?", "/fhir?x=1", "/fhir?/../..", "/fhir#", "/fhir#x", "/fhir/#", "/fhir/?",
    "/fhir ", " /fhir", "/fhir\t", "/fhir\n", "/fhir\r", "/fhir\r\n", "/fhir\r\nX: y",
    "/fhir\r\n\r\nGET / HTTP/1.1", "/fhir\x00", "/fhir\x0b", "/fhir\x7f", "/fhir\x85",
    "/fhir\u2028", "/fhir\u00a0", "/fhir／", "/fhir∕..", "/fhır", "/fhir\u0301", "/fhir\ufeff",
    "/fhir*", "/fhir@evil.example", "/fhir:1", "/fhir{x}", "/fhir|x", "/fhir<x>", "/fhir`x`",
    "/fhir\"", "/fhir'", "/fhir%", "/fhir%zz", "/fhir%u002e", "/fhir/%c0%ae%c0%ae/",
    "/fhir/..%c0%af", "/fhir/..;/admin", "/fhir/.%2e/", "/fhir/" + "a" * 20_000,
)  # fmt: skip

SCHEMES = (
    "https", "ftp", "file", "gopher", "ws", "wss", "dict", "ldap", "jar", "data", "javascript",
    "unix", "http+unix", "tcp", "h2", "httpx", "xhttp", "http:", "hhttp", "ｈttp", "httpſ",
    "HTTPſ", "http\t", "ht tp", " http", "\thttp", "\nhttp", "\x00http", "http%3a", "", "0http",
    "view-source:http", "url:http",
)  # fmt: skip

# No address at all, or not as one is written.
WHOLE = (
    "", " ", "/", "//", "HOST", "HOST:PORT", "HOST:PORT/fhir", "//HOST:PORT/fhir", "/fhir",
    "fhir", "?", "#", "http:", "http:/", "http://", "http:///", "http:///fhir",
    "http:HOST:PORT/fhir", "http:/HOST:PORT/fhir", "http:///HOST:PORT/fhir",
    "http:////HOST:PORT/fhir", "http:\\\\HOST:PORT\\fhir", "http:/\\HOST:PORT/fhir",
    "http://HOST:PORT/fhir http://evil.example", "http://HOST:PORT/fhir,http://evil.example",
    "http://evil.example/http://HOST:PORT/fhir", "http://evil.example?http://HOST:PORT/fhir",
    "http://evil.example#http://HOST:PORT/fhir", "http://evil.example\\http://HOST:PORT/fhir",
    "http://HOST:PORT/fhirhttp://evil.example", "<http://HOST:PORT/fhir>",
    '"http://HOST:PORT/fhir"', "(http://HOST:PORT/fhir)", "URL:http://HOST:PORT/fhir",
    "http://HOST:PORT/fhir\x00.evil.example", "http\u200b://HOST:PORT/fhir",
    "http://\u200bHOST:PORT/fhir", "\ufeffhttp://HOST:PORT/fhir", "http：//HOST:PORT/fhir",
    "http:／／HOST:PORT/fhir", "null", "undefined", "0", "[object Object]",
    "${jndi:ldap://evil.example}", "{{base}}",
)  # fmt: skip


def hostile(host: str, port: int) -> list[str]:
    """All of them, made from ``http://host:port/fhir``."""
    found = [
        *(f"http://{name}:PORT/fhir" for name in ELSEWHERE),
        *(f"https://{name}/fhir" for name in ELSEWHERE),
        *(f"http://{authority}/fhir" for authority in BEFORE),
        *(f"http://HOST{told}/fhir" for told in PORTS),
        *(f"http://HOST:PORT{path}" for path in PATHS),
        *(f"{scheme}://HOST:PORT/fhir" for scheme in SCHEMES),
        *WHOLE,
    ]
    made = (one.replace("HOST", host).replace("PORT", str(port)) for one in found)
    return list(dict.fromkeys(made))
