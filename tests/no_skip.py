"""Where skipping is forbidden, a skipped test has failed: build servers read no skips."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

FORBIDDEN = os.environ.get("VRU_LEDGER_NO_SKIP", "") not in ("", "0")

AnyReport = TypeVar("AnyReport", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _judged((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _judged((yield))


def _judged(report: AnyReport) -> AnyReport:
    if FORBIDDEN and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipping is forbidden here (VRU_LEDGER_NO_SKIP): {reason}"
    return report
