"""A real browser for pages under test: what axe-core finds in it, how wide it becomes."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CHECKS = ROOT / ".venv" / "page-checks" / "node_modules"

_TELL = """
  const said = document.createElement("pre");
  said.id = "told";
  said.textContent = JSON.stringify(told);
  document.body.append(said);
"""
_AXE = """
<script>__AXE__</script>
<script>
addEventListener("load", async () => {
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
  });
  const told = {
    violations: found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
    passes: found.passes.map(one => one.id),
  };
  __TELL__
});
</script>
""".replace("__TELL__", _TELL)

# No window is narrower than 500 pixels; a frame is.
_FRAME = """
<!DOCTYPE html>
<iframe src="__SRC__" style="width: __WIDTH__px; height: 900px; border: 0"></iframe>
<script>
addEventListener("message", message => {
  const told = message.data;
  __TELL__
});
</script>
""".replace("__TELL__", _TELL)
_WITHIN = """
<script>
addEventListener("load", () => parent.postMessage({
  width: innerWidth, needed: document.documentElement.scrollWidth
}, "*"));
</script>
"""


def must_have_chromium() -> str:
    """Return where the browser is; without it the test is skipped."""
    place = shutil.which("chromium")
    if place is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    return place


def must_have_checks() -> Path:
    """Return where axe-core and html-validate are; without them the test is skipped."""
    if not CHECKS.is_dir():
        pytest.skip("axe-core and html-validate are not installed: make page-checks")
    return CHECKS


def found_by_axe(page: Path, folder: Path, width: int) -> dict[str, Any]:
    """Return the violations that axe-core finds in a page, and which of its rules passed."""
    axe = (must_have_checks() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    asking = folder / "asking.html"
    asking.write_text(_with_script(page, _AXE.replace("__AXE__", axe)), encoding="utf-8")
    return _told(asking, folder, width)


def width_needed(page: Path, folder: Path, width: int) -> dict[str, int]:
    """Return the width of a page where there is room for `width` pixels, and what it needs."""
    within, around = folder / "within.html", folder / "around.html"
    within.write_text(_with_script(page, _WITHIN), encoding="utf-8")
    frame = _FRAME.replace("__SRC__", within.as_uri()).replace("__WIDTH__", str(width))
    around.write_text(frame, encoding="utf-8")
    return _told(around, folder, 1300)


def _with_script(page: Path, script: str) -> str:
    return page.read_text(encoding="utf-8").replace("</body>", f"{script}</body>")


def _told(page: Path, folder: Path, width: int) -> dict[str, Any]:
    done = subprocess.run(
        [
            *(must_have_chromium(), "--headless", "--no-sandbox", "--disable-gpu"),
            *("--hide-scrollbars", f"--window-size={width},900", f"--user-data-dir={folder}/c"),
            *("--virtual-time-budget=60000", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    told = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(unescape(told[1]))
    return answer
