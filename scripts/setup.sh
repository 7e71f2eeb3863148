#!/usr/bin/env bash
# Installs what `npm test` needs and is not there yet: a browser, the Python environment, and what the hosting tests need.
#   scripts/setup.sh [app|training]      without a word: everything
set -euo pipefail
cd "$(dirname "$0")/.."
part="${1:-all}"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
can_apt() { command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; }
has_chromium() { [ -n "${CASTWATCH_CHROMIUM:-}" ] || [ -x /usr/bin/chromium ] || [ -x /usr/bin/chromium-browser ]; }

# The browser, with a Korean font for its pictures: the distribution's where it can be installed, elsewhere the one that Playwright brings along.
if [ "$part" != training ] && ! has_chromium; then
  if can_apt; then as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends chromium fonts-nanum || true; fi
  has_chromium || npx playwright install chromium
fi

# Python 3.11 with the exact set of libraries that the bundles were made with.
if [ "$part" != app ]; then
  [ -x training/.venv/bin/python ] || python3.11 -m venv training/.venv
  wanted="$(cat training/requirements*.txt | cksum)"
  if [ "$(cat training/.venv/castwatch-installed 2>/dev/null)" != "$wanted" ]; then
    training/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r training/requirements-dev.txt
    echo "$wanted" > training/.venv/castwatch-installed
  fi
  if ! training/.venv/bin/python -c 'import castwatch_training' 2>/dev/null; then
    training/.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e training
  fi
fi

# nginx, moto_server and cfn-lint.
if [ "$part" != training ]; then deploy/setup.sh; fi
