"""``certbench reference``: run a reference device on its own."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from harness.errors import UsageError

_DEVICES: Final = ("router", "lock", "radio")
reference_app = typer.Typer(help="Reference devices with known flaws.", no_args_is_help=True)


@reference_app.command("serve")
def serve(  # noqa: PLR0913, PLR0917  (the options of a command)
    device: Annotated[str, typer.Argument(help="router, lock or radio")] = "router",
    sample: str = "A",
    address: str = "127.0.10.1",
    flaw: Annotated[list[str], typer.Option(help="switch on a flaw; may be repeated")] = [],  # noqa: B006
    seed: int | None = None,
    maker_site: Annotated[str, typer.Option(help="address of its maker's web site")] = "",
    transport: Annotated[str, typer.Option(help="its Bluetooth adapter, as bumble calls it")] = "",
    rotation: Annotated[float, typer.Option(help="seconds to another Bluetooth address")] = 900.0,
    classic: Annotated[bool, typer.Option("--classic", help="the lock: Classic, too")] = False,  # noqa: FBT002
    port: Annotated[int, typer.Option(help="of the radio, on 127.0.0.1; 0 = a free one")] = 0,
    work: Annotated[Path | None, typer.Option(help="folder for its log and socket")] = None,
) -> None:
    """Run a reference device until interrupted; it prints how to reach it.

    The radio is the air between virtual Bluetooth adapters: tcp-client:127.0.0.1:PORT.
    """
    if device not in _DEVICES:
        raise UsageError(f"no such device: {device}. There are: {', '.join(_DEVICES)}")
    if device == "lock" and not transport:
        raise UsageError(
            "the lock needs an adapter: start certbench reference serve radio, and name its port: "
            "--transport tcp-client:127.0.0.1:PORT"
        )
    argv = [sys.executable, "-m", "harness.reference", device]
    if device == "radio":
        argv += ["--port", str(port)]
    else:
        folder = work or Path.cwd() / "reference-device"
        folder.mkdir(parents=True, exist_ok=True)
        argv += ["--sample", sample, "--work", str(folder)]
        argv += [part for name in flaw for part in ("--flaw", name)]
        argv += ["--transport", transport] if transport else []
        argv += ["--rotation", str(rotation)]
        argv += ["--classic"] if classic and device == "lock" else []
    if device == "router":
        argv += ["--address", address]
        argv += ["--seed", str(seed)] if seed is not None else []
        argv += ["--maker-site", maker_site] if maker_site else []
    process = subprocess.Popen(argv, stdin=subprocess.PIPE)  # noqa: S603  (our own program)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        code = process.wait(5)
    raise typer.Exit(code)
