"""certbench: conformance testing of connected devices with evidence that anyone can check.

Data flows one way: a probe writes captures, an interpreter reads them into facts, a suite judges
facts into judgements, judgements roll up into verdicts, and the whole is sealed into a bundle.
Everything after the captures is pure, so that anybody can recompute it (``docs/explanation``).
"""

from typing import Final

__version__: Final = "0.1.0"
