"""`qingyi-verify PACKAGE …`: checks evidence packages offline. Exit codes: 0 whole; 1 faulty; 2 wrong
usage."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates

from evidence.replay import can_make_replays
from evidence.verification import verify_package


def main() -> None:
    """Check the packages that the command line names."""
    given = argparse.ArgumentParser(
        prog="qingyi-verify", description="核对清医的证据包，不联网，不需要数据库。"
    )
    given.add_argument("packages", nargs="+", type=Path, metavar="证据包", help="证据包（.zip）")
    given.add_argument("--roots", type=Path, metavar="PEM", help="时间戳机构的根证书，同时核对时间戳的签名")
    options = given.parse_args()
    try:
        roots = load_pem_x509_certificates(options.roots.read_bytes()) if options.roots else []
    except (OSError, ValueError) as error:
        given.error(f"{options.roots} 不是可读的根证书（PEM）：{error}")
    remakes = _can_make_records()
    if not remakes:
        _say("提示：本机没有 WeasyPrint，取证记录（record.pdf）不重新生成比较；其余照常核对。")
    if not can_make_replays():
        _say("提示：本机没有 py-wacz，重放索引（page.wacz 之内）不重新生成比较；其余照常核对。")
    whole = [_is_whole(package, roots, remakes) for package in options.packages]
    sys.exit(0 if all(whole) else 1)


def _is_whole(package: Path, roots: Sequence[Certificate], remakes: bool) -> bool:
    try:
        manifest, faults = verify_package(package, roots, remake_record=remakes)
    except OSError as error:
        _say(f"{package}：无法读取：{error.strerror}")
        return False
    for fault in faults:
        _say(f"不符  {fault}")
    if manifest is None or faults:
        _say(f"{package}：{len(faults)} 处不符")
        return False
    at = manifest.captured_at.strftime("%Y-%m-%d %H:%M:%S %Z")
    _say(
        f"{package}：完整无改动。第 {manifest.number} 号取证，{at}，{manifest.page['url']}，{len(manifest.items)} 个文件"
    )
    return True


def _can_make_records() -> bool:
    try:
        import weasyprint  # noqa: F401, PLC0415 - heavy, and not always there
    except (ImportError, OSError):  # OSError: without Pango
        return False
    return True


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")


if __name__ == "__main__":
    main()
