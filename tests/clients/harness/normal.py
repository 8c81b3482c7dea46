"""Makes the outcomes of one daemon and of the endpoint comparable.

What differs from run to run (ids, times, addresses, random names and ports) becomes a word;
all else stays. Runs of blanks become one, since table columns are as wide as their contents.
"""

import re

RULES = [
    (re.compile(r"\x1b\[[0-9;?]*[A-Za-z]"), ""),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d)( UTC)?)?"), "<time>"),
    (re.compile(r"sha256:[0-9a-f]{12,64}"), "<digest>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b\d{12}\b"), "<id>"),
    (re.compile(r"\b10\.77\.\d+\.\d+:(2375|3375)"), "<daemon>"),
    (re.compile(r"127\.0\.0\.1:3375"), "<daemon>"),
    (re.compile(r", \[::\]:\d+(-\d+)?->\d+(-\d+)?/(tcp|udp)"), ""),
    (re.compile(r"^\S+ -> \[::\]:\d+\n", re.M), ""),
    (re.compile(r"^\[::\]:\d+\n", re.M), ""),
    (re.compile(r"(0\.0\.0\.0|10\.77\.1\.\d+):(32[7-9]\d\d|3[3-9]\d\d\d|4\d\d\d\d|5\d\d\d\d|6[0-5]\d\d\d)\b"), "<ip>:<port>"),
    (re.compile(r"0\.0\.0\.0:(?=\d)|10\.77\.1\.\d+:(?=\d)"), "<ip>:"),
    (re.compile(r"\b172\.(1[6-9]|2\d|3[01])\.\d+\.\d+\b"), "<address>"),
    (re.compile(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "<mac>"),
    (re.compile(r"(Less than a second|About a (second|minute)|About an hour|\d+ (second|minute|hour)s?)( ago)?"), "<age>"),
    # The endpoint says where the holder of a name is.
    (re.compile(r'(is already in use by container "<id>") on node node-\d+'), r"\1"),
    (re.compile(r"\bnode-\d+\b"), "<node>"),
    # Engines of several ages word it in several ways.
    (re.compile(r"[Ii]nvalid filter '([^'=]+)(=\[?([^]']*)\]?)?'"), r"invalid filter '\1 \3'"),
    (re.compile(r"\b[a-z]+_[a-z]+\d?\b(?=\s*$)", re.M), "<name>"),
    (re.compile(r"[ \t]+$", re.M), ""),
    (re.compile(r"[ \t]{2,}"), "  "),
]


def normalise(text: str) -> str:
    """`text` without what may differ."""
    text = text.replace("\r\n", "\n")
    for pattern, word in RULES:
        text = pattern.sub(word, text)
    return text
