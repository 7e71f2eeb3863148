#!/usr/bin/env bash
# Installs what the hosting tests need and is not there yet: nginx with its brotli module, moto_server and cfn-lint.
set -euo pipefail
cd "$(dirname "$0")"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

if { [ ! -x /usr/sbin/nginx ] || [ ! -e /usr/lib/nginx/modules/ngx_http_brotli_static_module.so ]; } && command -v apt-get >/dev/null; then
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends nginx libnginx-mod-http-brotli-static
fi

# An environment of their own: what they need contradicts the versions that the bundles were made with.
if ! cmp -s requirements.txt .venv/installed.txt; then
  python3.11 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
  cp requirements.txt .venv/installed.txt
fi
