"""The local page that shows the practice vouchers as codes to scan and links to paste: one file, no other."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

from ashore.sandbox.lightning.vouchers import Place, Style, Voucher, links

HEADERS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:2rem auto;padding:0 1rem;background:Canvas;color:CanvasText}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:1.5rem}
article{border:1px solid GrayText;border-radius:.75rem;padding:1rem}
article.spent{opacity:.55}
h2{font-size:1.1rem;margin:0}
p{margin:.25rem 0}
svg{width:100%;max-width:17rem;height:auto;background:#fff;border-radius:.5rem}
code{display:block;overflow-wrap:anywhere;font-size:.75rem;user-select:all;max-height:4.5em;overflow:auto}
button{font:inherit;padding:.25rem .75rem}
.note{border-left:.25rem solid;padding-left:.75rem}
"""
_STYLES = {Style.NPM: "like npm lnurl", Style.LNBITS: "like LNbits", Style.CARD: "like a Bolt Card"}
_MOST_LINKS = 3
_MOST_LISTED = 20


def page(vouchers: Sequence[tuple[Voucher, int]], place: Place) -> str:
    """The page. Each voucher comes with the number of its uses that are taken; the newest stand first."""
    cards = "\n".join(_card(voucher, used, place) for voucher, used in reversed(vouchers))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Practice vouchers</title>
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>
<body><h1>Practice vouchers</h1>
<p class="note">A simulation on this computer: no real bitcoin, no Lightning network. Scan a code with Ashore, or copy
one of the texts below it and paste it there.</p>
<main>{cards or "<p>There are no vouchers.</p>"}</main></body></html>
"""


def listing(free: Iterable[tuple[Voucher, int, str]], place: Place) -> dict[str, object]:
    """What a wallet is told of the first vouchers that are not used up: each with its uses left and its next link."""
    return {
        "vouchers": [
            {
                "title": voucher.terms.title,
                "min_msat": voucher.terms.min_msat,
                "max_msat": voucher.terms.max_msat,
                "left": left,
                "lnurl": links(voucher, place, link_id)["lnurl"],
            }
            for voucher, left, link_id in islice(free, _MOST_LISTED)
        ]
    }


def _card(voucher: Voucher, used: int, place: Place) -> str:
    terms = voucher.terms
    left = terms.uses - used
    link_ids = voucher.link_ids() or [""]
    shown = link_ids[min(used, len(link_ids) - 1) :][:_MOST_LINKS]
    codes = "\n".join(_codes(links(voucher, place, link_id)) for link_id in shown)
    state = "used up" if left <= 0 else "one use left" if left == 1 else f"{left} uses left"
    wait = f", {terms.wait_s} s between them" if terms.wait_s else ""
    balance = " · keeps a balance" if terms.balance else ""
    return f"""<article id="{escape(voucher.id)}"{' class="spent"' if left <= 0 else ""}>
<h2>{escape(terms.title)}</h2>
<p>{_amounts(terms.min_msat, terms.max_msat)} · {state}{wait} · {_STYLES[terms.style]}{balance}</p>
{codes}
<form method="post" action="{escape(place.root)}/new">
<button name="like" value="{escape(voucher.id)}">Another like this</button></form>
</article>"""


def _codes(forms: dict[str, str]) -> str:
    return f"""{_qr(forms["lnurl"])}
<details><summary>Texts to paste</summary>
<p>LNURL</p><code>{escape(forms["lnurl"])}</code>
<p>As a link: <a href="{escape(forms["lightning"])}">open in a wallet</a></p><code>{escape(forms["lightning"])}</code>
<p>Readable (LUD-17)</p><code>{escape(forms["lnurlw"])}</code>
<p>On a web page</p><code>{escape(forms["fallback"])}</code></details>"""


def _amounts(least: int, most: int) -> str:
    return _sat(most) if least == most else f"{_sat(least)} to {_sat(most)}"


def _sat(msat: int) -> str:
    whole, rest = divmod(msat, 1000)
    return f"{whole:,}{f'.{rest:03}' if rest else ''} sat"


def _qr(text: str) -> str:
    # Here, not above: the sandbox starts sooner without it.
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, border=4, omitsize=True, title="Code to scan"
    )
    return drawn.getvalue().decode()
