"""`make theme`: cut the theme down to what the console shows, for a new class, symbol or release of it."""

import logging
import os
import shutil
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudeops.settings")
    django.setup()
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    from tests.theme import fonts, styles  # noqa: PLC0415 (need the settings)

    written = styles.MADE.write_text(styles.stylesheet())
    sys.stdout.write(f"{styles.MADE.name}: {written / 1000:.0f} kB\n")
    fonts.MADE.mkdir(exist_ok=True)  # after the styles: they name symbols too
    for name, make in fonts.fonts().items():
        make().save(fonts.MADE / name)
        sys.stdout.write(f"{name}: {(fonts.MADE / name).stat().st_size / 1000:.0f} kB\n")
    for licence in ("inter", "material-symbols"):
        shutil.copyfile(fonts.WHOLE / licence / "LICENSE", fonts.MADE / f"LICENSE.{licence}")


main()
