#!/bin/sh
# Chromium for the browser journeys: installed where that can be done unasked, else says how.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium"
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
.venv/bin/playwright install chromium >/dev/null 2>&1 && exit 0
echo "The browser journeys need Chromium, and it could not be installed. On Debian or Ubuntu:"
echo "    sudo apt-get install chromium"
