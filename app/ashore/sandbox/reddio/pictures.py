"""A picture for the practice tokens that needs no host: it stands in the address of their data (RFC 2397)."""

from __future__ import annotations

import base64
import json

_SHELL = (
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwAgMAAAAqbBEUAAAADFBMVEXh8PXlrlKKUwD78NwAg/DyAAABMElEQVR42r3RsU7DMBAG4FO2tjMvwUv0"
    "JbiLnCVdLCQY+gAMyUuckLrQJRU1Qx/BTxEktq5QIU9Bat34sNuSiQ2Jm+7T2Sf5N8A/lok19CvExUXjhhC5WJ6wxgS8Ow0WSEyMqzRaF2c0cZQx"
    "YbDBIlMN10g2ITA+x+u5FRsktHHFAqtNwqHHFdCjnCGvDLgR1zLlXg4IOJf3uAnvZR+xE4VNgVp2CPmhi110uWmhDPFMBJPtoBKm0vmOSXqQXufW"
    "+dCqSsB2qkrodRlg0hbinPfS5FvIkMSJeGGsAbi0PWIVOoqPG1XuTelb388iMtkrpfVc6hTC9IuU5qfjKZ1JmxB3pcqQRQjrc4pXcxv2N5d4Rw8i"
    "n7OfsMV5GX5h+vFyHDAxZjsgM6YeMDZm+Sf8Wt9HxcayLS7CtgAAAABJRU5ErkJggg=="
)
"""48 by 48 pixels, drawn for Ashore."""

_DATA = json.dumps({"name": "A practice shell", "image": f"data:image/png;base64,{_SHELL}"})

SHELL_DATA = f"data:application/json;base64,{base64.b64encode(_DATA.encode()).decode()}#"
"""What the address of a shell's data begins with; its number follows as the fragment."""
