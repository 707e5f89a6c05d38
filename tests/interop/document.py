"""The code blocks of a document, by its headings, to be run as they stand."""

import re


def blocks(text, heading, language):
    """The blocks of that language below `## heading`, as they stand."""
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]
    return re.findall(rf"^```{language}$(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def run(block, **names):
    """Runs a block with these names defined; returns all that are, then."""
    exec(compile(block, "<document>", "exec"), names)
    return names
