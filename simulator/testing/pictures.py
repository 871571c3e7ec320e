"""Two pages as pictures side by side, and what differs between them, by the Chromium that is there."""

from __future__ import annotations

import base64
import html
import subprocess
import tempfile
from pathlib import Path

from simulator.pictures.browser import chromium_path
from simulator.testing.files import write_whole

NO_BROWSER = "no pictures: there is no Chromium on this machine (looked for chromium and google-chrome)"
SECONDS = 60
WIDTH, HEIGHT = 700, 1400

_PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
 body {{ font: 14px/1.4 system-ui, sans-serif; margin: 24px; background: #f4f4f5; color: #18181b }}
 .row {{ display: flex; flex-wrap: wrap; gap: 24px }}
 figure {{ margin: 0; flex: 1 1 320px; max-width: {width}px }}
 img {{ width: 100%; display: block; border: 1px solid #d4d4d8; background: #fff }}
 .diff {{ position: relative; isolation: isolate }}
 .diff img + img {{ position: absolute; inset: 0; mix-blend-mode: difference }}
</style>
<h1>{title}</h1>
<div class="row">
<figure><figcaption>as it was kept</figcaption><img src="{before}" alt="the email as it was kept"></figure>
<figure><figcaption>as it is now</figcaption><img src="{after}" alt="the email as it is now"></figure>
<figure><figcaption>what differs (black is the same)</figcaption><div class="diff"><img src="{before}" alt="">
<img src="{after}" alt="the difference of the two"></div></figure>
</div>
</html>
"""


def pictures_side_by_side(before: str, after: str, target: Path, title: str) -> str:
    """Write a page with both pictures and their difference; gives a line that says where, or why not."""
    browser = chromium_path()
    if browser is None:
        return NO_BROWSER
    try:
        shots = [_picture(browser, page) for page in (before, after)]
    except (OSError, subprocess.SubprocessError) as error:
        return f"no pictures: Chromium failed ({type(error).__name__})"
    shown = [f"data:image/png;base64,{base64.b64encode(shot).decode()}" for shot in shots]
    write_whole(target, _PAGE.format(title=html.escape(title), before=shown[0], after=shown[1], width=WIDTH))
    return f"pictures: {target}"


def _picture(browser: str, page: str) -> bytes:
    """The page as a PNG. Scripts are off and nothing is fetched: a mail is untrusted."""
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(_sealed(page), "utf-8")
        subprocess.run(  # noqa: S603  # the browser found on the PATH, with fixed flags
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={target}", source.as_uri(),
            ],
            check=True, capture_output=True, timeout=SECONDS,
        )  # fmt: skip
        return target.read_bytes()


def _sealed(page: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">\n{page}'
