"""Other people's files of codes: what is taken, what is set aside, what cannot be trusted."""

from textwrap import dedent

import pytest

from rules.importing import Imported, NotImportable, read_codes

COPD = {"13645005": "COPD", "1187911000000105": "Care plan agreed"}


def read(text: str | bytes, *, refset: str | None = None, repair: bool = False) -> Imported:
    source = text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode()
    return read_codes(source, COPD, refset=refset, repair=repair)


def faults(text: str | bytes, *, refset: str | None = None) -> list[tuple[int, str]]:
    with pytest.raises(NotImportable) as caught:
        read(text, refset=refset)
    assert all(fault.hint for fault in caught.value.faults)
    return [(fault.line, fault.says) for fault in caught.value.faults]


RF2 = """
    id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId
    a-1\t20250912\t1\t999000021000000109\t999011571000230107\t13645005
    a-2\t20250912\t0\t999000021000000109\t999011571000230107\t313296004
    a-3\t20250912\t1\t999000021000000109\t999009131000230100\t941201000000103
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("code,term\n13645005,Lungs\n", id="OpenCodelists"),
        pytest.param("code,term,category\n13645005,Lungs,1\n", id="with more columns"),
        pytest.param("\ufeffcode,term\r\n13645005,Lungs\r\n", id="BOM and Windows line ends"),
        pytest.param("code,term\r13645005,Lungs\r", id="old line ends"),
        pytest.param("code;term\n13645005;Lungs\n", id="semicolons"),
        pytest.param("code|term\n13645005|Lungs\n", id="bars"),
        pytest.param("\n\ncode,term\n\n13645005,Lungs\n,\n", id="blank lines"),
        pytest.param('"code","term"\n"13645005","Lungs"\n', id="quotes"),
        pytest.param("code,term\n13645005,Lungs,,\n", id="empty columns at the end"),
        pytest.param("ConceptId\tTerm\n13645005\tLungs\n", id="tabs"),
        pytest.param("Snomed CT code,Display\n'13645005,Lungs\n", id="an apostrophe in front"),
        pytest.param('snomed,words\n"=""13645005""",Lungs\n', id="written as a formula"),
        pytest.param("code,term\n13645005.0,Lungs\n", id="written as a decimal"),
        pytest.param("code,term\n1.3645005E7,Lungs\n", id="a power that lost nothing"),
        pytest.param("Code,Read code,Description\n13645005,H3,Lungs\n", id="besides Read codes"),
        pytest.param("code,snomed_code,term\nH3,13645005,Lungs\n", id="the surest column"),
        pytest.param("code,term\n 13645005\u00a0,\u00a0 Lungs \n", id="odd spaces"),
        pytest.param(
            "Cluster ID\tSNOMED concept ID\tSNOMED concept description\n"
            "COPD_COD\t13645005\tLungs\n",
            id="NHS primary care clusters",
        ),
        pytest.param("code\tterm\n13645005\tLungs\n".encode("utf-16"), id="Unicode text"),
    ],
)
def test_a_table_with_codes_is_read(text: str | bytes) -> None:
    imported = read(text, repair=True)
    assert imported.words == {"13645005": "Lungs"}
    assert (imported.asides, imported.damaged, imported.wordless) == ([], [], 0)


def test_words_keep_their_commas_quotes_and_letters() -> None:
    imported = read('code,term\n13645005,"Severe, or ""very"" severe; Ménière"\n')
    assert imported.words == {"13645005": 'Severe, or "very" severe; Ménière'}


def test_a_refset_release_has_several_lists_and_one_is_chosen() -> None:
    imported = read(RF2, refset="999011571000230107")
    assert imported.words == {"13645005": "COPD"}
    (aside,) = imported.asides
    assert (aside.line, aside.says, aside.matters) == (3, "313296004 is not active.", False)


def test_a_refset_release_has_no_words_but_lists_here_may() -> None:
    imported = read(RF2, refset="999009131000230100")
    assert imported.words == {
        "941201000000103": "Code 941201000000103 (the file has no words for it)"
    }
    assert imported.wordless == 1


def test_several_refsets_are_never_read_as_one_list() -> None:
    assert faults(RF2) == [(4, "The file has 2 refsets or clusters, and a list is one of them.")]
    assert faults(RF2, refset="1") == [(1, "There is no refset or cluster called 1 in this file.")]
    assert faults("code,term\n13645005,x\n", refset="1") == [
        (1, "The file has no column that says which refset or cluster a code is in.")
    ]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("13645006", "13645006 is not a SNOMED code: its check digit is wrong."),
        ("130365016", "130365016 is a description (one wording), not a concept."),
        ("390891009", "390891009 is a known trap: it is COPD monitoring"),
        ("1.3645005E30", "1.3645005E30 is not a SNOMED code"),
        ("1.36450051E3", "1.36450051E3 is not a SNOMED code"),
        ("1.3645006E7", "1.3645006E7 is not a SNOMED code"),
        ("H3...", "H3... is not a SNOMED code: those have 6 to 18 digits and no others."),
        ("", "There is no code on this line."),
        ("x" * 5000, "x" * 40 + " is not a SNOMED code"),
    ],
)
def test_a_code_that_cannot_be_used_is_set_aside_with_its_line(code: str, says: str) -> None:
    imported = read(f"code,term\n13645005,COPD\n{code},Tea\n")
    assert list(imported.words) == ["13645005"]
    (aside,) = imported.asides
    assert aside.line == 3
    assert aside.says.startswith(says)
    assert aside.matters


def test_a_code_that_stands_there_twice_is_taken_once() -> None:
    imported = read("code,term\n13645005,COPD\n87433001,Emphysema\n13645005,Lungs\n")
    assert imported.words == {"13645005": "COPD", "87433001": "Emphysema"}
    (aside,) = imported.asides
    assert (aside.line, aside.says) == (4, "13645005 is already on line 2.")
    assert not aside.matters


@pytest.mark.parametrize(
    ("shown", "whole"),
    [
        ("1187911000000100", "1187911000000105"),
        ("1187911000000100.0", "1187911000000105"),
        ("1.18791100000010E+15", "1187911000000105"),
        ("1,18791100000010e15", "1187911000000105"),
        ("999011571000230000", "999011571000230107"),
    ],
)
def test_a_code_damaged_by_a_spreadsheet_is_repaired_only_when_asked(
    shown: str, whole: str
) -> None:
    text = f'code,term\n"{shown}",Tea\n'
    (damage,) = read(text).damaged
    assert (damage.line, damage.shown, damage.repair) == (2, shown, whole)
    assert read(text).words == {}
    repaired = read(text, repair=True)
    assert repaired.words == {whole: "Tea"}
    assert [one.repair for one in repaired.repaired] == [whole]
    assert repaired.damaged == []


def test_a_power_with_few_digits_is_shown_with_the_known_codes_and_never_repaired() -> None:
    imported = read("code,term\n1.18791E+15,Tea\n", repair=True)
    (damage,) = imported.damaged
    assert damage.candidates == ("1187911000000105",)
    assert damage.repair is None
    assert imported.words == {}


def test_a_repaired_code_that_is_there_already_is_not_taken_twice() -> None:
    text = "code,term\n1187911000000105,Plan\n1187911000000100,Plan\n"
    imported = read(text, repair=True)
    assert list(imported.words) == ["1187911000000105"]
    assert imported.asides[0].says == "1187911000000105 is already on line 2."


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("", 1, "The file is empty.", id="empty"),
        pytest.param(" \n\n", 1, "The file is empty.", id="blank"),
        pytest.param("code,term\n13645005,CO\x00PD\n", 2, "This line has a control", id="NUL"),
        pytest.param("code,term\n1,a\n2,\x1b[31m\n", 3, "This line has a control", id="escape"),
        pytest.param(b"code,term\n13645005,M\xe9ni\xe8re\n", 2, "This line has characters that",
                     id="Latin-1"),
        pytest.param(b"\xff\xfec", 1, "This line has characters that", id="half a character"),
        pytest.param(f"code,term\n13645005,{'x' * 256}\n", 2, "The words are 256 characters",
                     id="long words"),
        pytest.param(f"code,term\n13645005,{'x' * 200_000}\n", 2, "A column here has more",
                     id="a huge column"),
        pytest.param("code,term\n13645005,a\n1,Severe, or not\n", 3,
                     "This line has 3 columns; the headings have 2.", id="a comma without quotes"),
        pytest.param('code,term\n13645005,"a\n87433001,b\n', 2, "A quotation mark that begins",
                     id="a quotation mark that is not closed"),
        pytest.param('code,term\n13645005,"a" b\n', 2, "A quotation mark that begins",
                     id="text behind a quotation mark"),
        pytest.param('code,term\n13645005,"a\n87433001,b"\n', 2, "The words have an invisible",
                     id="rows swallowed by quotation marks"),
        pytest.param("code,term\n13645005,a\u202eb\n", 2, "The words have an invisible",
                     id="words that turn round"),
        pytest.param("name,age\nSam,60\n", 1, "No column here is called code.", id="no codes"),
        pytest.param("13645005,COPD\n", 1, "The first line has a code in it", id="no headings"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_not_read(text: str | bytes, line: int, says: str) -> None:
    ((at, said), *_) = faults(text)
    assert at == line
    assert said.startswith(says)


def test_every_line_with_words_that_are_too_long_is_told_at_once() -> None:
    long = "x" * 300
    assert [line for line, _ in faults(f"code,term\n1,{long}\n2,ok\n3,{long}\n")] == [2, 4]


def test_a_row_that_is_not_active_may_have_any_words() -> None:
    text = f"code,term,active\n13645005,{'x' * 300},0\n87433001,Emphysema,1\n"
    assert list(read(text).words) == ["87433001"]


def test_what_there_is_to_know_about_a_list_is_said() -> None:
    text = """
        code,term
        44054006,Type 2 diabetes
        703138006,Type 2 diabetes in remission
        306591000000103,Education declined
    """
    assert read(text).cautions == [
        "703138006 means type 2 diabetes in remission.",
        "1 of the 3 say that something was declined or refused;"
        " a no is best kept in a list of its own.",
        "1 of the 3 say that something is over (resolved, in remission, no longer).",
    ]


def test_a_list_of_one_sort_is_not_warned_about() -> None:
    assert read("code,term\n306591000000103,Education declined\n").cautions == []


def test_a_repaired_code_is_still_no_way_round_a_trap() -> None:
    imported = read("code,term\n2.51944000E8,FEV1\n", repair=True)
    assert imported.words == {}
    assert "is a known trap" in imported.asides[0].says


@pytest.mark.parametrize("words", ["FEV1", ""])
def test_a_code_with_a_wrong_label_is_set_aside(words: str) -> None:
    assert read(f"code,term\n251944000,{words}\n").words == {}
    assert read("code,term\n251944000,FEV1/FVC ratio\n").words != {}
