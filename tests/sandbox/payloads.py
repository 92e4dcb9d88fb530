"""What somebody may write into a record so that a screen does more than show it.

Payloads of our own, and mutations of them, the same ones for the same seed.
"""

import random
from collections.abc import Callable, Iterator

# What a trap calls where it runs, and where a link, a picture or a form would lead.
_HOST = "evil.example"

HTML = [
    "<script>trap(1)</script>", "<script src=//evil.example/a.js></script>", "<b>bold</b>",
    "<img src=//evil.example/p.png>", "<img src=x onerror=trap(1)>", "<svg onload=trap(1)>",
    "<svg><image href='https://evil.example/i.svg'/></svg>", "<body onload=trap(1)>",
    "<iframe srcdoc='<script>parent.trap(1)</script>'></iframe>", "<iframe src=//evil.example>",
    "<iframe src='javascript:parent.trap(1)'>", "<object data='//evil.example/o'></object>",
    "<embed src=//evil.example/e>", "<video src=//evil.example/v autoplay>", "<audio src=//evil.eg>",
    "<link rel=stylesheet href=//evil.example/c.css>", "<style>@import '//evil.example/c.css'</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<base href=//evil.example/>",
    "<form action=//evil.example><button>Go</button></form>", "<input autofocus onfocus=trap(1)>",
    "<details open ontoggle=trap(1)>x</details>", "<a href='javascript:trap(1)'>Results</a>",
    "<a href='data:text/html,<script>trap(1)</script>'>Results</a>", "<a href=//evil.example>NHS</a>",
    "<math><mtext></mtext><script>trap(1)</script></math>", "<template><img src=//evil.eg></template>",
    "<marquee onstart=trap(1)>x", "<table background=//evil.example/b.png><tr><td>x", "<plaintext>",
    "<!--", "<!-- --><img src=//evil.eg>", "<![CDATA[<img src=//evil.eg>]]>", "<?xml version='1.0'?>",
    "</p></div><img src=//evil.eg>", "<p style='background:url(//evil.example/s)'>x</p>", "<b/onclick=trap()>",
    "<img/src=//evil.eg>", "<svg/onload=trap()>", "<img src=`//evil.eg`>", "<scr<script>ipt>trap(1)",
    "<IMG SRC=//evil.eg>", "<img\nsrc=//evil.eg>", "<img\tsrc=//evil.eg>", "<s>x", "<h1>x", "<hr>",
    "\"><img src=//evil.eg>", "'><svg onload=trap(1)>", "`><script>trap(1)</script>", "<button formaction=//evil.eg>",
    "<select autofocus onfocus=trap(1)>", "<picture><source srcset=//evil.eg><img></picture>",
    "<img srcset='//evil.example/1x 1x'>", "<noscript><img src=//evil.eg></noscript>", "<x onclick=trap(1)>x</x>",
]  # fmt: skip
LINKS = [
    "[Results](https://evil.example)", "[x](//evil.eg)", "[x](javascript:trap(1))", "[x](<//evil.eg>)",
    "[x](data:text/html;base64,PHNjcmlwdD50cmFwKDEpPC9zY3JpcHQ+)", "[x](https://evil.example 'title')",
    "[a][b]\n\n[b]: https://evil.example", "[b]\n\n[b]: //evil.example", "[b]: https://evil.example",
    "[x]: //evil.eg", "[Sam]", "[this person]: //evil.eg", "![x](https://evil.example/p.png)", "![](//evil.eg)",
    "![a][b]\n\n[b]: //evil.example/p.png", "[![x](//evil.example/p.png)](//evil.example)", "[[x](//evil.eg)](//a)",
    "[x\\](//evil.eg)", "\\[x](//evil.eg)", "[x]\\(//evil.eg)", "!\\[x](//evil.eg)", "\\![x](//evil.eg)",
    "https://evil.example", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "www.evil.example", "www.evil.eg", "www", "www.",
    "WWW.evil.eg", "evil.example", "evil.eg", "t.co", "x.com/a", "//evil.example", "<https://evil.example>",
    "<mailto:a@evil.eg>", "a@evil.example", "mailto:a@evil.eg", "xmpp:a@evil.example/x", "ftp://evil.example",
    "https:&#47;&#47;evil.example", "https&#58;//evil.eg", "https&colon;//evil.example", "w&#119;w.evil.example", "https:\\//evil.eg",
    "a&#64;evil.example", "www&period;evil.example", "javascript:trap(1)", "tel:09098790879", "https://www.nhs.uk@evil.example",
    "https://www.nhs.uk.evil.example", "https://www.nhѕ.uk", "https://ⓦⓦⓦ.evil.example", "https://xn--nh-elb.uk",
    "www.nhѕ.uk", "ｗｗｗ．ｅｖｉｌ．ｅｇ", "https://evil。example", "nhs.uk", "Sam.www.evil.eg", "W.W.W", "J.R.evil.eg",
]  # fmt: skip
MARKDOWN = [
    "# Sam", "###### x", "Sam\n===", "Sam\n---", "---", "***", "_ _ _", "> Sam", "- Sam", "+ Sam", "1. Sam", "99999999. x",
    "    code", "\tcode", "`code`", "```\ncode\n```", "~~~\ncode", "~~gone~~", "~gone~", "**Sam**", "*Sam*", "__Sam__", "_Sam_",
    "***Sam", "**", "*", "a|b\n-|-\n1|2", "|a|\n|-|", "a\n:-", "- [ ] x", "- [x] x", "[^1]\n\n[^1]: x", "[^1]", "^[x]",
    "$x$", "$$\\int$$", "\\(x\\)", "\\", "\\\\", "Sam\\", "Sam  \nx", "Sam\\\nx", ":smile:", "==x==", "H~2~O", "x^2^",
    "{{7*7}}", "{% x %}", "${7*7}", "#{7*7}", "<%= 7 %>", "{{context.patientId}}", "%s%n", "{0}", "<first_name>", "<age>",
    "*[HTML]: x", "\n\n\n", "<br>", "&lt;img src=x onerror=trap(1)&gt;", "&amp;", "&", "&#x3c;b&#x3e;", "&#60;img src=//evil.eg&#62;",
    "[" * 50, "](" * 30, "*" * 60, "> " * 60, "<" * 50, "`" * 31, "\\" * 41, "a" * 300, "# " * 40, "- " * 60, "![" * 40,
]  # fmt: skip
INVISIBLE = [
    "\u202eelpmaxe.live\u202c", "\u202emaS", "\u2066Sam\u2069", "\u2067Sam", "\u200fSam", "S\u200bam", "S\u200dam", "\ufeffSam",
    "S\u00adam", "Sam\u2028x", "Sam\u2029x", "Sam\x85x", "Sam\x00", "Sam\x07", "\x1b[31mSam", "Sam\x0bx", "Sam\x0cx", "Sam\r\nx",
    "\u3164", "\u115f\u1160", "\uffa0", "Sa\u034fm", "Sam\ufe0f", "S\U000e0041am", "\U000e0001", "Sam" + "\u0301" * 9, "\u0301Sam",
    "\u2800", "\u180e", "a\u0300\u0301\u0302\u0303", "\ue000", "\U0010ffff", "\ud7ff", "😀", "Ѕam", "Ａｄｍｉｎ", "ﷺ" * 20, "𝕊𝕒𝕞",
    "Sam\xa0x", "\u2061Sam", "\ufff9x\ufffa", "\u061cSam", "\u17b4\u17b5", "\u206aSam",
]  # fmt: skip
ALL = [*HTML, *LINKS, *MARKDOWN, *INVISIBLE]


def _entities(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text))
    kind = chance.choice(["&#{};", "&#x{:x};", "&#{:07};"])
    return text[:at] + kind.format(ord(text[at])) + text[at + 1 :]


def _between(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    what = chance.choice(
        ["\u200b", "\n", "\t", "\\", "\u202e", "<", ">", "]", "(", "!", "*", "\x00", "&"]
    )
    return text[:at] + what + text[at:]


def _wrapped(chance: random.Random, text: str) -> str:
    around = ["**{}**", "[{}](//evil.eg)", "![{}](//evil.eg)", "<b>{}</b>", "> {}", "- {}", "`{}`", "# {}",
              "Sam {}", "{} Sam", "Sam\n\n{}", "({})", "~~{}~~", "| {} |\n|-|", "<!--{}-->", "\"{}\"", "1. {}"]  # fmt: skip
    return chance.choice(around).replace("{}", text)


_MUTATE: list[Callable[[random.Random, str], str]] = [
    _entities,
    _between,
    _wrapped,
    lambda chance, text: text + chance.choice(ALL),
    lambda _, text: text.swapcase(),
    lambda chance, text: text[: chance.randrange(1, 21)],
    lambda chance, text: text[chance.randrange(len(text)) :],
    lambda chance, text: text.replace(
        _HOST, chance.choice(["x.eg", "[::1]", "127.1", "nhs.uk.eg"])
    ),
    lambda chance, text: text * chance.randrange(2, 5),
    lambda _, text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
]


def payloads(number: int, seed: int = 8) -> Iterator[str]:
    """So many payloads: each of ours first, then mutations, one to three of them on each."""
    chance = random.Random(seed)
    yield from ALL[:number]
    for _ in range(number - len(ALL)):
        text = chance.choice(ALL)
        for _ in range(chance.randrange(1, 4)):
            text = chance.choice(_MUTATE)(chance, text) or "<"
        yield text
